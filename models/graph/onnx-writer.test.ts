import onnxProto from 'onnx-proto';
import { expect, test } from 'vitest';
import { float32 } from '../tensor/tensor.ts';
import { GraphBuilder } from './graph-builder.ts';
import { onnxOpset, writeOnnx, type OnnxOptions } from './onnx-writer.ts';

const { ModelProto, AttributeProto } = onnxProto.onnx;

function decodeGraph(build: (builder: GraphBuilder) => void, options?: OnnxOptions) {
  const builder = new GraphBuilder('test');
  build(builder);
  const written = writeOnnx(builder.build(), options);
  const model = ModelProto.decode(written.bytes);
  expect(ModelProto.verify(model)).toBeNull();
  return { ...written, model, graph: onnxProto.onnx.GraphProto.create(model.graph!) };
}

const conv = { strides: [2, 1], pads: [0, 1, 1, 0], dilations: [1, 1], group: 1 } as const;

test('an independent reader finds the versions, the nodes and the declared shapes', () => {
  const { model, graph } = decodeGraph((builder) => {
    const x = builder.input('x', 'float32', [1, 2, 5, 300]);
    const weight = builder.parameter('conv.weight', 'float32', [4, 2, 3, 3]);
    const y = builder.node('Conv', [x, weight], conv);
    builder.output('y', builder.node('QuickGelu', [y], { alpha: 1 }));
  });
  expect(Number(model.irVersion)).toBe(10);
  expect(model.opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([
    ['', onnxOpset],
    ['com.microsoft', 1],
  ]);
  expect(graph.node!.map(({ opType, domain }) => [domain, opType])).toEqual([
    ['', 'Conv'],
    ['com.microsoft', 'QuickGelu'],
  ]);
  expect(graph.input!.map(({ name }) => name)).toEqual(['x', 'conv.weight']);
  expect(graph.input![0]!.type!.tensorType!.shape!.dim!.map(({ dimValue }) => Number(dimValue))).toEqual([1, 2, 5, 300]);
  expect(graph.initializer).toEqual([]);
  const strides = graph.node![0]!.attribute!.find(({ name }) => name === 'strides')!;
  expect(strides.type).toBe(AttributeProto.AttributeType.INTS);
  expect(strides.ints!.map(Number)).toEqual([2, 1]);
  const alpha = graph.node![1]!.attribute!.find(({ name }) => name === 'alpha')!;
  expect([alpha.type, alpha.f]).toEqual([AttributeProto.AttributeType.FLOAT, 1]);
});

test('negative integers and strings survive', () => {
  const { graph } = decodeGraph((builder) => {
    const x = builder.input('x', 'float32', [2, 3]);
    builder.output('y', builder.node('Gelu', [builder.node('Softmax', [x], { axis: -1 })]));
  });
  expect(Number(graph.node![0]!.attribute![0]!.i)).toBe(-1);
  expect(new TextDecoder().decode(graph.node![1]!.attribute![0]!.s!)).toBe('none');
});

test('weights as initializers are references and their bytes are not in the file', () => {
  const { graph, bytes } = decodeGraph(
    (builder) => builder.output('y', builder.node('Add', [builder.input('x', 'float32', [1000, 1000]), builder.parameter('w', 'float32', [1000, 1000])])),
    { parametersAs: () => ({ location: 'unet.safetensors', offset: 5_000_000_000, length: 4_000_000 }) },
  );
  expect(bytes.length).toBeLessThan(300);
  expect(graph.input!.map(({ name }) => name)).toEqual(['x']);
  const external = Object.fromEntries(graph.initializer![0]!.externalData!.map(({ key, value }) => [key!, value!]));
  expect(external).toEqual({ location: 'unet.safetensors', offset: '5000000000', length: '4000000' });
});

test('an output that is an input, or leaves twice, gets an Identity of its own name', () => {
  const { graph, outputNames } = decodeGraph((builder) => {
    const x = builder.input('x', 'float32', [2]);
    const y = builder.node('Exp', [x]);
    builder.output('same', x);
    builder.output('first', y);
    builder.output('second', y);
  });
  expect(graph.node!.map(({ opType, input, output }) => [opType, input, output])).toEqual([
    ['Exp', ['x'], ['first']],
    ['Identity', ['x'], ['same']],
    ['Identity', ['first'], ['second']],
  ]);
  expect([...outputNames.values()]).toEqual(['same', 'first', 'second']);
});

test('names stay unique when an output is called as an input is, and odd characters go', () => {
  const { graph, inputNames, outputNames } = decodeGraph((builder) => {
    const x = builder.input('latent image', 'float32', [2]);
    builder.output('latent image', builder.node('Exp', [x]));
  });
  expect(inputNames.get('latent image')).toBe('latent_image');
  expect(outputNames.get('latent image')).toBe('latent_image_2');
  expect(graph.output![0]!.name).toBe('latent_image_2');
});

test('small constants are written once with their bytes', () => {
  const { graph } = decodeGraph((builder) => {
    const x = builder.input('x', 'float32', [2, 2]);
    const scaled = builder.node('Mul', [x, builder.constant(float32([2], [0.5, -3]))]);
    const shape = { shape: [4] };
    builder.output('a', builder.node('Reshape', [scaled], shape));
    builder.output('b', builder.node('Reshape', [x], shape));
  });
  expect(graph.initializer!.map(({ dims }) => dims!.map(Number))).toEqual([[2], [1]]);
  const raw = graph.initializer![0]!.rawData!;
  expect([...new Float32Array(raw.slice().buffer)]).toEqual([0.5, -3]);
});

test('statistics that nobody reads are not outputs of the node', () => {
  const { graph } = decodeGraph((builder) => {
    const x = builder.input('x', 'float32', [2, 4]);
    const ones = builder.constant(float32([4], [1, 1, 1, 1]));
    builder.output('y', builder.node('LayerNormalization', [x, ones, ones], { epsilon: 1e-5 }));
  });
  expect(graph.node![0]!.output).toHaveLength(1);
});
