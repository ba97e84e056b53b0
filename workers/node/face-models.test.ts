import { describeFaceNets } from './face-nets-contract.ts';
import { createNodeRunner } from './ort-node-runner.ts';

describeFaceNets('the face nets on the CPU', () => createNodeRunner());
