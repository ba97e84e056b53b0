import { describeIdentityNets } from './identity-nets-contract.ts';
import { createNodeRunner } from './ort-node-runner.ts';

describeIdentityNets('the identity and age nets on the CPU', () => createNodeRunner());
