import { describeGraphRunner } from '#models/testing/graph-runner-contract.ts';
import { describeOps, opCases } from './describe-ops.ts';
import { createWasmRunner } from './ort-web-runner.ts';

describeOps('every op on wasm', () => createWasmRunner({ threads: 1 }), opCases);
describeGraphRunner('onnxruntime-web on wasm, weights as initializers', () => createWasmRunner({ threads: 1, weightBinding: 'initializers' }));
describeGraphRunner('onnxruntime-web on wasm, weights as inputs', () => createWasmRunner({ threads: 1, weightBinding: 'inputs' }));
