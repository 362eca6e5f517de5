using System.Reflection;
using System.Runtime.Intrinsics;
using CsCheck;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Blocks;

/// <summary>What the kernels see of a block (integers, scale, minimum) against what Dequantize makes of it.</summary>
public sealed unsafe class QuantizedBlockTests
{
    /// <summary>Every implementation there is; its name is its type in GGUF.</summary>
    public static TheoryData<string> Blocks =>
        [.. typeof(IQuantizedBlock).Assembly.GetTypes().Where(type => type.IsValueType && type.IsAssignableTo(typeof(IQuantizedBlock))).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Integers_scale_and_minimum_give_the_dequantized_values(string name)
    {
        var block = typeof(IQuantizedBlock).Assembly.GetType($"LoRDBA.Runtime.Blocks.{name}", throwOnError: true)!;
        var check = typeof(QuantizedBlockTests).GetMethod(nameof(Check), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(block);
        check.Invoke(null, [BlockFormat.Of(Enum.Parse<GgmlType>(name))]);
    }

    [Fact]
    public void All_quantized_formats_have_a_block_for_the_kernels() =>
        Assert.Equal(BlockFormat.All.Where(format => format.BlockLength == 32).Select(format => format.Name).Order(), Blocks.Select(row => row.Data).Order());

    private static void Check<TBlock>(BlockFormat format) where TBlock : struct, IQuantizedBlock
    {
        Assert.Equal(format.BlockBytes, TBlock.Bytes);
        Gen.Byte.Array[format.BlockBytes].Sample(bytes =>
        {
            // Scale and, where it is stored, minimum are the first two halves: the kernels may take them as finite.
            if (!Half.IsFinite(BitConverter.ToHalf(bytes, 0)) || !Half.IsFinite(BitConverter.ToHalf(bytes, 2))) return;

            var values = new float[32];
            format.Dequantize(bytes, values);

            using var block = GuardedMemory.OfBytes(bytes);
            TBlock.Load(block.Bytes, out var q0, out var q1);
            var (scale, min) = (TBlock.Scale(block.Bytes), TBlock.Min(block.Bytes));
            if (!TBlock.HasMin) Assert.Equal(0, min);
            for (var j = 0; j < 32; j++)
            {
                int q = j < 16 ? q0.GetElement(j) : q1.GetElement(j - 16);
                if (TBlock.IsUnsigned) Assert.InRange(q, 0, 127);
                Assert.Equal(values[j], scale * q + min);
            }
        });
    }
}
