import { createNodeRunner } from '../ort-node-runner.ts';
import { describeGradients } from '#models/testing/finite-differences/describe-gradients.ts';

describeGradients('the CPU', () => createNodeRunner({ threads: 1 }), 1e-4);
