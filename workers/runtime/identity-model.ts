/** @file A model that copies one tensor of any shape: how tensors get onto and off a device that offers no other way. */
import { ProtobufWriter } from '#models/graph/protobuf.ts';
import { onnxOpset } from '#models/graph/onnx-writer.ts';
import { onnxDataType } from '#models/graph/ops/elementwise.ts';
import type { DType } from '#models/tensor/dtype.ts';

/** ONNX bytes of `y = Identity(x)` for tensors of `dtype` and any shape. */
export function identityModel(dtype: DType): Uint8Array {
  const declare = (name: string) => (writer: ProtobufWriter) =>
    void writer.string(1, name).message(2, (type) => type.message(1, (tensor) => tensor.int(1, onnxDataType[dtype])));
  return new ProtobufWriter()
    .int(1, 10)
    .message(7, (graph) =>
      graph
        .message(1, (node) => node.string(1, 'x').string(2, 'y').string(4, 'Identity'))
        .string(2, 'identity')
        .message(11, declare('x'))
        .message(12, declare('y')),
    )
    .message(8, (opset) => opset.string(1, '').int(2, onnxOpset))
    .finish();
}
