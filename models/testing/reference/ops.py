"""Every operator of the graph on small inputs, computed by PyTorch: models/testing/golden/ops.json.

Run from the repository root: python models/testing/reference/ops.py
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(7)
cases = []


def rand(*shape, low=-2.0, high=2.0):
    return torch.rand(*shape, generator=generator) * (high - low) + low


def encode(x):
    names = {torch.float32: "float32", torch.float16: "float16", torch.int32: "int32", torch.int64: "int64", torch.bool: "bool"}
    values = [int(v) if x.dtype in (torch.int32, torch.int64, torch.bool) else float(f"{v:.9g}") for v in x.flatten().tolist()]
    return {"dtype": names[x.dtype], "shape": list(x.shape), "values": values}


def case(op, inputs, outputs, attributes=None, note=""):
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    cases.append({"op": op, "note": note, "inputs": [encode(x) for x in inputs], "attributes": attributes or {}, "outputs": [encode(y) for y in outputs]})


x = rand(2, 3, 4)
positive = rand(2, 3, 4, low=0.1, high=3.0)
for op, f, at in [
    ("Identity", lambda v: v.clone(), x), ("Neg", torch.neg, x), ("Abs", torch.abs, x), ("Exp", torch.exp, x), ("Log", torch.log, positive),
    ("Sqrt", torch.sqrt, positive), ("Reciprocal", torch.reciprocal, positive), ("Sin", torch.sin, x), ("Cos", torch.cos, x),
    ("Tanh", torch.tanh, x), ("Sigmoid", torch.sigmoid, x), ("Erf", torch.erf, x), ("Relu", torch.relu, x), ("Floor", torch.floor, x),
    ("Gelu", F.gelu, x),
]:
    case(op, [at], f(at))
for op, f in [("Add", torch.add), ("Sub", torch.sub), ("Mul", torch.mul), ("Div", torch.div), ("Max", torch.maximum), ("Min", torch.minimum)]:
    a, b = rand(2, 3, 4), rand(3, 1, low=0.5, high=2.0)
    case(op, [a, b], f(a, b), note="broadcast")
    case(op, [a, torch.tensor(1.5)], f(a, torch.tensor(1.5)), note="scalar")
ints = torch.tensor([[1, 5, 3], [7, 2, 6]], dtype=torch.int32)
case("Add", [ints, ints[:1]], ints + ints[:1], note="int32")
for op, f in [("Greater", torch.gt), ("GreaterOrEqual", torch.ge), ("Less", torch.lt), ("LessOrEqual", torch.le)]:
    a, b = rand(2, 5), rand(5)
    a[0] = b
    case(op, [a, b], f(a, b), note="with equal elements")
mask = torch.tensor([[True, False, True, False]])
a, b = rand(3, 4), rand(3, 1)
case("Where", [mask, a, b], torch.where(mask, a, b), note="broadcast")
case("Cast", [torch.tensor([1.7, -2.2, 3.0])], torch.tensor([1, -2, 3], dtype=torch.int32), {"to": "int32"}, "float32 to int32")
case("Cast", [ints], ints.float(), {"to": "float32"}, "int32 to float32")
case("Cast", [mask], mask.float(), {"to": "float32"}, "bool to float32")
case("Cast", [x], x.half(), {"to": "float16"}, "float32 to float16")
case("Cast", [x.half()], x.half().float(), {"to": "float32"}, "float16 to float32")
case("Clip", [x], x.clamp(-0.5, 1.25), {"min": -0.5, "max": 1.25})
slope = rand(3, 1, low=0.0, high=1.0)
case("PRelu", [x, slope], torch.where(x > 0, x, x * slope))
case("QuickGelu", [x], x * torch.sigmoid(x), {"alpha": 1}, "SiLU")
case("QuickGelu", [x], x * torch.sigmoid(1.702 * x), {"alpha": 1.702}, "CLIP")

a, b = rand(5, 7), rand(7, 3)
case("MatMul", [a, b], a @ b)
a, b = rand(2, 3, 5, 7), rand(3, 7, 4)
case("MatMul", [a, b], a @ b, note="batched, broadcast")
a, b, c = rand(4, 6), rand(5, 6), rand(5)
case("Gemm", [a, b, c], 0.5 * a @ b.T + 2 * c, {"transA": False, "transB": True, "alpha": 0.5, "beta": 2}, "transB, bias row")
a, b = rand(6, 4), rand(6, 5)
case("Gemm", [a, b], a.T @ b, {"transA": True, "transB": False, "alpha": 1, "beta": 1}, "transA, no bias")
q, k, v = rand(2, 40, 32), rand(2, 13, 32), rand(2, 13, 32)
heads = lambda t: t.unflatten(2, (4, 8)).transpose(1, 2)
attended = torch.softmax(heads(q) @ heads(k).transpose(2, 3) * 0.3, -1) @ heads(v)
case("MultiHeadAttention", [q, k, v], attended.transpose(1, 2).flatten(2), {"numHeads": 4, "scale": 0.3}, "40 queries: more than 32")

conv = lambda s, p, d, g: {"strides": s, "pads": p, "dilations": d, "group": g}
x4, w, bias = rand(2, 4, 6, 5), rand(6, 4, 3, 3), rand(6)
case("Conv", [x4, w, bias], F.conv2d(x4, w, bias, padding=1), conv([1, 1], [1, 1, 1, 1], [1, 1], 1), "3x3")
case("Conv", [x4, w], F.conv2d(F.pad(x4, (0, 1, 0, 1)), w, stride=2), conv([2, 2], [0, 0, 1, 1], [1, 1], 1), "stride 2, uneven pads")
w1 = rand(3, 4, 1, 1)
case("Conv", [x4, w1], F.conv2d(x4, w1), conv([1, 1], [0, 0, 0, 0], [1, 1], 1), "1x1")
wg = rand(4, 1, 3, 3)
case("Conv", [x4, wg], F.conv2d(x4, wg, padding=2, dilation=2, groups=4), conv([1, 1], [2, 2, 2, 2], [2, 2], 4), "depthwise, dilated")
wt, bt = rand(4, 6, 3, 3), rand(6)
case("ConvTranspose", [x4, wt, bt], F.conv_transpose2d(x4, wt, bt, padding=1), {**conv([1, 1], [1, 1, 1, 1], [1, 1], 1), "outputPadding": [0, 0]}, "3x3")
case("ConvTranspose", [x4, wt], F.conv_transpose2d(x4, wt, stride=2, padding=1, output_padding=1), {**conv([2, 2], [1, 1, 1, 1], [1, 1], 1), "outputPadding": [1, 1]}, "stride 2, output padding")
wt1 = rand(4, 3, 1, 1)
case("ConvTranspose", [x4, wt1], F.conv_transpose2d(x4, wt1), {**conv([1, 1], [0, 0, 0, 0], [1, 1], 1), "outputPadding": [0, 0]}, "1x1")
wtg = rand(4, 2, 3, 3)
case("ConvTranspose", [x4, wtg], F.conv_transpose2d(x4, wtg, padding=1, groups=2), {**conv([1, 1], [1, 1, 1, 1], [1, 1], 2), "outputPadding": [0, 0]}, "two groups")
pool = {"kernel": [2, 2], "strides": [2, 2], "pads": [0, 0, 0, 0]}
padded = {"kernel": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}
case("MaxPool", [x4], F.max_pool2d(x4, 2), pool)
case("MaxPool", [x4], F.max_pool2d(x4, 3, 2, 1), padded, "padded")
case("AveragePool", [x4], F.avg_pool2d(x4, 2), pool)
case("AveragePool", [x4], F.avg_pool2d(x4, 3, 2, 1, count_include_pad=False), padded, "padded")

case("Softmax", [x], torch.softmax(x, -1), {"axis": -1}, "last axis")
case("Softmax", [x], torch.softmax(x, 1), {"axis": 1}, "middle axis")
for shape in [(2, 3, 10), (2, 3, 4, 5)]:
    xi, s, b = rand(*shape), rand(3), rand(3)
    case("InstanceNormalization", [xi, s, b], F.instance_norm(xi, weight=s, bias=b, eps=1e-5), {"epsilon": 1e-5}, f"rank {len(shape)}")
xl, s, b = rand(2, 5, 12), rand(12), rand(12)
mean = xl.mean(-1, keepdim=True)
inverse = 1 / torch.sqrt(xl.var(-1, keepdim=True, unbiased=False) + 1e-5)
case("LayerNormalization", [xl, s, b], [F.layer_norm(xl, (12,), s, b, 1e-5), mean, inverse], {"epsilon": 1e-5})

for op, f in [("ReduceSum", torch.sum), ("ReduceMean", torch.mean), ("ReduceMax", torch.amax)]:
    case(op, [x], f(x, dim=(0, 2), keepdim=True), {"axes": [0, 2], "keepDims": True}, "two axes")
    case(op, [x], f(x, dim=-1), {"axes": [-1], "keepDims": False}, "last axis")
    six = rand(1, 2, 3, 2, 3, 2)
    case(op, [six], f(six, dim=(3, 5)), {"axes": [3, 5], "keepDims": False}, "rank 6")

case("Reshape", [x], x.reshape(6, 2, 2), {"shape": [6, 2, 2]})
case("Transpose", [x], x.permute(2, 0, 1), {"perm": [2, 0, 1]})
six = rand(1, 2, 3, 2, 3, 2)
case("Transpose", [six], six.permute(0, 1, 3, 5, 2, 4), {"perm": [0, 1, 3, 5, 2, 4]}, "rank 6")
e = rand(3, 1)
case("Expand", [e], e.expand(2, 3, 4), {"shape": [2, 3, 4]})
case("Slice", [x], x[:, 1:3, 0:4:2], {"axes": [1, 2], "starts": [1, 0], "ends": [3, 4], "steps": [1, 2]})
c1, c2, c3 = rand(2, 1, 3), rand(2, 4, 3), rand(2, 2, 3)
case("Concat", [c1, c2, c3], torch.cat([c1, c2, c3], 1), {"axis": 1})
case("Concat", [ints, ints], torch.cat([ints, ints], 0), {"axis": 0}, "int32")
case("Split", [x], [t.contiguous() for t in torch.split(x, [1, 3], 2)], {"axis": 2, "sizes": [1, 3]}, "uneven")
case("Split", [x], [t.contiguous() for t in torch.split(x, [1, 1, 1], 1)], {"axis": 1, "sizes": [1, 1, 1]}, "three")
case("Pad", [x], F.pad(x, (1, 2, 0, 1), value=0.5), {"pads": [0, 0, 1, 0, 1, 2], "value": 0.5})
table, index = rand(7, 3), torch.tensor([[0, 6], [2, 2]], dtype=torch.int32)
case("Gather", [table, index], table[index.long()], {"axis": 0}, "rows of a table")
case("Gather", [x, torch.tensor([2, 0], dtype=torch.int32)], x[:, [2, 0]], {"axis": 1}, "middle axis")
case("Resize", [x4], F.interpolate(x4, scale_factor=2, mode="nearest"), {"scales": [2, 2], "mode": "nearest"}, "nearest x 2")
even = rand(1, 2, 4, 6)
case("Resize", [even], even[:, :, ::2, ::2].contiguous(), {"scales": [0.5, 0.5], "mode": "nearest"}, "nearest / 2")
case("Resize", [even], F.interpolate(even, scale_factor=2, mode="bilinear", align_corners=False), {"scales": [2, 2], "mode": "linear"}, "linear x 2")

path = Path("models/testing/golden/ops.json")
path.write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(len(cases), "cases,", path.stat().st_size, "bytes")
