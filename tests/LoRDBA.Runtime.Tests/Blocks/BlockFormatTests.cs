using CsCheck;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Blocks;

/// <summary>Rules that hold for every row of the table, and errors.</summary>
public sealed class BlockFormatTests
{
    public static TheoryData<GgmlType> Types => [.. BlockFormat.All.Select(format => format.Type)];

    public static TheoryData<GgmlType> Written => [.. BlockFormat.All.Where(format => format.CanQuantize).Select(format => format.Type)];

    public static TheoryData<GgmlType> ReadOnly => [.. BlockFormat.All.Where(format => !format.CanQuantize).Select(format => format.Type)];

    /// <summary>
    /// How far a weight may be from its stored value, in units of the block's largest magnitude. Half of the distance between
    /// two codes, plus the rounding of scale and minimum to 16 bits (2^-11), which the largest code multiplies.
    /// </summary>
    private static double RelativeBound(GgmlType type) => type switch
    {
        GgmlType.F32 => 0,
        GgmlType.F16 => 1.0 / 2048,
        GgmlType.BF16 => 1.0 / 256,
        GgmlType.Q8_0 => 0.5 / 127 + 1.0 / 2048,
        GgmlType.Q4_0 => 1.0 / 8 + 1.0 / 2048, // a whole distance: the code 16 would be needed at the end that is not exact
        GgmlType.Q4_1 => 2 * 0.5 / 15 + 3.0 / 2048, // the range is up to twice the largest magnitude
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "A new format needs its error bound here."),
    };

    /// <summary>Half of the smallest 16-bit number, times the largest code, 127.</summary>
    private const double SubnormalBound = 127 * 2.98e-8;

    [Theory]
    [MemberData(nameof(Written))]
    public void Quantized_numbers_stay_close(GgmlType type)
    {
        var format = BlockFormat.Of(type);
        var value = Gen.Select(Gen.Float[-1, 1], Gen.OneOf(1e-6f, 1e-3f, 1f, 1000f), (number, scale) => number * scale);
        value.Array[2 * format.BlockLength].Sample(values =>
        {
            var blocks = new byte[format.BytesFor(values.Length)];
            var restored = new float[values.Length];
            format.Quantize(values, blocks);
            format.Dequantize(blocks, restored);

            for (var i = 0; i < values.Length; i++)
            {
                var block = values.AsSpan(i / format.BlockLength * format.BlockLength, format.BlockLength).ToArray();
                var bound = RelativeBound(type) * block.Max(Math.Abs) * 1.0001 + SubnormalBound;
                Assert.True(Math.Abs((double)values[i] - restored[i]) <= bound, $"{values[i]} became {restored[i]}, bound {bound}");
            }
        });
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void A_search_for_scales_never_loses_more_than_the_reference(GgmlType type)
    {
        var format = BlockFormat.Of(type);
        Gen.Select(Gen.Float[-1, 1].Array[format.BlockLength], Gen.OneOf(0f, 1e-6f, 1e-3f, 1f, 1000f)).Sample((numbers, scale) =>
        {
            float[] values = [.. numbers.Select(number => number * scale)];
            var (reference, closest) = (new byte[format.BlockBytes], new byte[format.BlockBytes]);
            format.Quantize(values, reference);
            format.QuantizeClosest(values, closest);
            Assert.True(SquaredError(closest) <= SquaredError(reference) * 1.0001 + 1e-30);

            double SquaredError(byte[] block)
            {
                var restored = new float[values.Length];
                format.Dequantize(block, restored);
                return values.Zip(restored, (value, stored) => Math.Pow((double)value - stored, 2)).Sum();
            }
        });
    }

    /// <summary>w = d * q with |q| at most 127: some 2^n |q| lies between 64 and 127, and d / 2^n is a 16-bit number too.</summary>
    [Theory]
    [InlineData(GgmlType.Q8_0), InlineData(GgmlType.Q4_0), InlineData(GgmlType.Q5_0), InlineData(GgmlType.IQ4_NL)]
    public void What_has_one_scale_and_no_minimum_loses_nothing_in_Q8_0(GgmlType type)
    {
        var (from, to) = (BlockFormat.Of(type), BlockFormat.Of(GgmlType.Q8_0));
        Gen.Select(Gen.Byte.Array[from.BlockBytes], Gen.OneOf(Gen.Float[-100, -0.01f], Gen.Float[0.01f, 100])).Sample((block, d) =>
        {
            BitConverter.TryWriteBytes(block, (Half)d);
            if (type == GgmlType.Q8_0) block = [.. block[..2], .. block[2..].Select(q => q == 0x80 ? (byte)0x81 : q)]; // -128 is never written
            var (values, restored, written) = (new float[32], new float[32], new byte[to.BlockBytes]);
            from.Dequantize(block, values);
            to.QuantizeClosest(values, written);
            to.Dequantize(written, restored);
            Assert.Equal(values, restored);
        });
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void Zeros_stay_zeros(GgmlType type)
    {
        var format = BlockFormat.Of(type);
        var blocks = new byte[format.BlockBytes];
        var values = new float[format.BlockLength];
        format.Quantize(values, blocks);
        Array.Fill(values, 1);
        format.Dequantize(blocks, values);
        Assert.All(values, value => Assert.Equal(0, value));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Lengths_that_do_not_fit_are_refused(GgmlType type)
    {
        var format = BlockFormat.Of(type);
        Assert.Equal(3 * format.BlockBytes, format.BytesFor(3 * format.BlockLength));
        Assert.Throws<ArgumentException>(() => format.BytesFor(-1));
        Assert.Throws<ArgumentException>(() => format.Dequantize(new byte[format.BlockBytes], new float[2 * format.BlockLength]));
        if (format.CanQuantize) Assert.Throws<ArgumentException>(() => format.Quantize(new float[format.BlockLength], new byte[format.BlockBytes + 1]));
        format.Dequantize([], []);
    }

    [Theory]
    [MemberData(nameof(ReadOnly))]
    public void What_is_only_read_says_what_can_be_written(GgmlType type)
    {
        var format = BlockFormat.Of(type);
        var error = Assert.Throws<NotSupportedException>(() => format.Quantize(new float[format.BlockLength], new byte[format.BlockBytes]));
        Assert.Equal($"{type} is read only. Write F32, F16, BF16, Q8_0, Q4_0, Q4_1 instead.", error.Message);
    }

    [Fact]
    public void A_format_that_cannot_be_read_yet_is_named_with_its_tensor()
    {
        using var file = GgufFile.FromBytes(new GgufBuilder().Tensor("blk.0.ffn_up.weight", 21, [256], 0).Data(110).ToArray(), "test.gguf");
        var error = Assert.Throws<GgufException>(() => file.FormatOf(file.Tensors[0]));

        Assert.Equal(GgufError.UnsupportedTensorType, error.Error);
        Assert.Contains("blk.0.ffn_up.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("IQ3_S", error.Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => BlockFormat.Of(GgmlType.IQ3_S));
        Assert.False(BlockFormat.TryOf(GgmlType.I8, out _));
    }

    [Fact]
    public void Every_named_type_has_a_size()
    {
        foreach (var type in Enum.GetValues<GgmlType>())
        {
            Assert.True(BlockSize.TryOf(type, out var size), $"{type}");
            Assert.Equal(BlockFormat.TryOf(type, out var format) ? (format.BlockLength, format.BlockBytes) : (size.Elements, size.Bytes), (size.Elements, size.Bytes));
        }
        Assert.False(BlockSize.TryOf((GgmlType)4, out _));
    }
}
