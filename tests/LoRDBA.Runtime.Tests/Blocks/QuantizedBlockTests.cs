using System.Reflection;
using CsCheck;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Blocks;

/// <summary>What the kernels see of a row (integers, factors, scales, minima) against what Dequantize makes of it.</summary>
public sealed unsafe class QuantizedBlockTests
{
    private const int RowLength = 512;

    /// <summary>Every implementation there is; its name is its type in GGUF.</summary>
    public static TheoryData<string> Blocks =>
        [.. typeof(IQuantizedBlock).Assembly.GetTypes().Where(type => type.IsValueType && type.IsAssignableTo(typeof(IQuantizedBlock))).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Integers_factors_scales_and_minima_give_the_dequantized_values(string name)
    {
        var block = typeof(IQuantizedBlock).Assembly.GetType($"LoRDBA.Runtime.Blocks.{name}", throwOnError: true)!;
        var check = typeof(QuantizedBlockTests).GetMethod(nameof(Check), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(block);
        check.Invoke(null, [BlockFormat.Of(Enum.Parse<GgmlType>(name))]);
    }

    private static void Check<TBlock>(BlockFormat format) where TBlock : struct, IQuantizedBlock
    {
        const int blocks = RowLength / 32;
        var length = (int)format.BytesFor(RowLength);
        Gen.Byte.Array[length].Sample(bytes =>
        {
            var values = new float[RowLength];
            format.Dequantize(bytes, values);
            // Scales that are no numbers never reach a kernel's caller unseen: the logits are no numbers then.
            if (values.Any(value => !float.IsFinite(value))) return;

            using var row = GuardedMemory.OfBytes(bytes);
            float* scales = stackalloc float[8 * blocks], mins = stackalloc float[8 * blocks];
            TBlock.Scales(new BlockRange(row.Bytes, length, rows: 1, first: 0, blocks, stride: 8), scales, mins);
            for (var b = 0; b < blocks; b++)
            {
                var at = row.Bytes + TBlock.Offset(b);
                var codes = TBlock.Load(at, b);
                TBlock.Factors(at, b, out var f0, out var f1);
                for (var j = 0; j < 32; j++)
                {
                    var q = codes[j] * (j < 16 ? f0 : f1);
                    var min = TBlock.HasMin ? mins[8 * b] : 0;
                    Assert.InRange(Math.Abs(q), 0, 4096);
                    Assert.Equal(values[32 * b + j], scales[8 * b] * q + min, 2e-7f * (Math.Abs(scales[8 * b] * q) + Math.Abs(min)));
                }
            }
        });
    }
}
