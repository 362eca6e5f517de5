using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Tests;
using static LoRDBA.Tests.GgufBuilder;

namespace LoRDBA.Runtime.Tests.Gguf;

/// <summary>Hostile shapes, types and offsets.</summary>
public sealed class GgufTensorReaderTests
{
    private const uint F32 = 0, Q4_0 = 2, Q8_0 = 8, Q4_K = 12, I8 = 24;

    [Theory]
    [InlineData(0u)]
    [InlineData(5u)]
    [InlineData(9u)]
    [InlineData(uint.MaxValue)]
    public void A_bad_number_of_dimensions_is_refused(uint nDims) =>
        Refusal.Of(new GgufBuilder().RawTensor(Text("t"), nDims, 1ul, 1ul, F32, 0ul).Data(32).ToArray(), GgufError.BadDimensionCount);

    [Theory]
    [InlineData(0ul)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 63)]
    public void A_bad_dimension_is_refused(ulong dim)
    {
        Refusal.Of(new GgufBuilder().Tensor("t", F32, [dim], 0).Data(32).ToArray(), GgufError.BadDimension);
        Refusal.Of(new GgufBuilder().Tensor("t", F32, [dim, 2], 0).Data(32).ToArray(), GgufError.BadDimension);
        Refusal.Of(new GgufBuilder().Tensor("t", F32, [1, 1, 1, dim], 0).Data(32).ToArray(), GgufError.BadDimension);
    }

    public static TheoryData<uint, ulong[]> TooLarge => new()
    {
        { I8, [(1ul << 42) + 1, 1ul << 22] },
        { I8, [1ul << 62, 2, 2] },
        { I8, [1ul << 32, 1ul << 32] },
        { I8, [1ul << 40, 1ul << 40, 1ul << 40, 1ul << 40] },
        { F32, [1ul << 62] }, // 2^64 bytes
        { F32, [(1ul << 62) - 1] }, // 2^64 - 4 bytes, which padding would make 0
        { F32, [(1ul << 61) + 1] },
        { Q8_0, [32, 1ul << 58] }, // the elements are 2^63
        { Q8_0, [32, (1ul << 58) - 1] }, // the elements fit, the bytes do not
    };

    [Theory]
    [MemberData(nameof(TooLarge))]
    public void A_size_that_wraps_is_refused(uint type, ulong[] dims) =>
        Refusal.Of(new GgufBuilder().Tensor("t", type, dims, 0).Data(32).ToArray(), GgufError.TensorTooLarge);

    [Fact]
    public void Sizes_that_wrap_only_in_their_sum_or_padding_are_refused()
    {
        const ulong large = (1ul << 63) - 64;
        Refusal.Of(new GgufBuilder().Tensor("a", I8, [large], 0).Tensor("b", I8, [large], large).Data(32).ToArray(), GgufError.TensorPastEnd);
        Refusal.Of(new GgufBuilder().Tensor("a", I8, [(1ul << 63) - 4], 0).Data(32).ToArray(), GgufError.TensorPastEnd);
        Refusal.Of(new GgufBuilder().Tensor("a", Q4_0, [32, (1ul << 58) - 1], 0).Data(32).ToArray(), GgufError.TensorPastEnd);
    }

    [Theory]
    [InlineData(4u)] // retired: Q4_2
    [InlineData(5u)] // retired: Q4_3
    [InlineData(31u)] // retired: Q4_0_4_4
    [InlineData(38u)] // retired: IQ4_NL_8_8
    [InlineData(1000u)]
    [InlineData(uint.MaxValue)]
    public void An_unknown_or_retired_type_is_refused(uint type) =>
        Refusal.Of(new GgufBuilder().Tensor("t", type, [32], 0).Data(32).ToArray(), GgufError.UnknownTensorType);

    [Theory]
    [InlineData(4u, "Q4_2 (type 4) has been retired", "convert the model anew")]
    [InlineData(31u, "Q4_0_4_4 (type 31) has been retired", "made for an older llama.cpp on ARM: take the model's Q4_0 file")]
    [InlineData(33u, "Q4_0_8_8 (type 33) has been retired", "take the model's Q4_0 file")]
    [InlineData(36u, "IQ4_NL_4_4 (type 36) has been retired", "take the model's IQ4_NL file")]
    [InlineData(1000u, "1000 is no tensor type of GGUF that this version knows", "Update this program")]
    public void A_retired_type_is_called_by_its_name_with_advice(uint type, string name, string advice)
    {
        var error = Refusal.Of(new GgufBuilder().Tensor("t", type, [32], 0).Data(32).ToArray());

        Assert.Contains(name, error.Message);
        Assert.Contains(advice, error.Message);
    }

    [Theory]
    [InlineData(Q4_0, 33ul)]
    [InlineData(Q8_0, 31ul)]
    [InlineData(Q4_K, 128ul)]
    public void A_row_that_is_no_whole_number_of_blocks_is_refused(uint type, ulong row) =>
        Refusal.Of(new GgufBuilder().Tensor("t", type, [row, 256], 0).Data(1 << 16).ToArray(), GgufError.PartialBlock);

    public static TheoryData<ulong, GgufError> BadOffsets => new()
    {
        { 48, GgufError.UnalignedTensor },
        { 1, GgufError.UnalignedTensor },
        { 0, GgufError.TensorOverlap },
        { 32, GgufError.TensorOverlap },
        { 96, GgufError.TensorGap },
        { 128, GgufError.TensorPastEnd },
        { 1ul << 63, GgufError.TensorPastEnd },
        { ulong.MaxValue - 31, GgufError.TensorPastEnd },
    };

    /// <summary>The first tensor takes bytes 0 to 40 of a data section of 128, so the second belongs at 64.</summary>
    [Theory]
    [MemberData(nameof(BadOffsets))]
    public void A_bad_offset_is_refused(ulong offset, GgufError expected)
    {
        static GgufBuilder With(ulong offset) => new GgufBuilder().Tensor("a", F32, [10], 0).Tensor("b", F32, [8], offset).Data(128);
        var error = Refusal.Of(With(offset).ToArray());

        Assert.Equal(expected, error.Error);
        Assert.Equal("tensor b offset", error.Field);
        Assert.Equal(24 + 2 * (8 + 1 + 4 + 8 + 4 + 8) - 8, error.Offset);
        GgufFile.FromBytes(With(64).ToArray(), "test.gguf").Dispose();
    }

    [Fact]
    public void A_file_cut_by_one_byte_of_its_last_tensor_is_refused()
    {
        var whole = new GgufBuilder().Tensor("a", F32, [10], 0).Tensor("b", F32, [8], 64).Data(96).ToArray();
        GgufFile.FromBytes(whole, "test.gguf").Dispose();
        Refusal.Of(whole[..^1], GgufError.TensorPastEnd);
    }

    /// <summary>The memory holds the header alone: whoever reads a weight stops the process.</summary>
    [Fact]
    public unsafe void A_file_cut_by_one_byte_is_refused_before_a_weight_is_read()
    {
        const int data = 96;
        var header = new GgufBuilder().Tensor("a", F32, [10], 0).Tensor("b", F32, [8], 64).ToArray();
        using var memory = GuardedMemory.OfBytes(header);

        GgufFile.FromMemory(memory.Bytes, header.Length + data, "test.gguf").Dispose();
        var error = Assert.Throws<GgufException>(() => GgufFile.FromMemory(memory.Bytes, header.Length + data - 1, "test.gguf"));
        Assert.Equal((GgufError.TensorPastEnd, "tensor b offset"), (error.Error, error.Field));
    }

    [Fact]
    public void What_is_appended_harms_no_model_and_is_refused_where_it_is_asked_for()
    {
        var whole = new GgufBuilder().Tensor("a", F32, [8], 0).Data(32).ToArray();
        using var sound = GgufFile.FromBytes(whole, "test.gguf");
        using var file = GgufFile.FromBytes([.. whole, .. "PK\x03\x04"u8], "test.gguf");
        sound.RefuseTrailingBytes();
        var error = Assert.Throws<GgufException>(file.RefuseTrailingBytes);

        Assert.Equal((GgufError.TrailingBytes, whole.Length), (error.Error, error.Offset));
        Assert.Equal(sound.Span(sound.GetTensor("a")).ToArray(), file.Span(file.GetTensor("a")).ToArray());
    }

    [Fact]
    public void Tensors_may_lie_in_another_order_than_they_are_listed()
    {
        using var file = GgufFile.FromBytes(new GgufBuilder().Tensor("a", F32, [8], 32).Tensor("b", F32, [8], 0).Data(64).ToArray(), "test.gguf");
        Assert.Equal(["a", "b"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(file.DataOffset + 32, file.GetTensor("a").Offset);
        Assert.Equal(file.DataOffset, file.GetTensor("b").Offset);
    }

    public static TheoryData<byte[], GgufError> BadNames => new()
    {
        { [], GgufError.EmptyName },
        { "a\0"u8.ToArray(), GgufError.ControlCharacter },
        { [0xff], GgufError.NotUtf8 },
        { Enumerable.Repeat((byte)'t', 65).ToArray(), GgufError.NameTooLong },
    };

    [Theory]
    [MemberData(nameof(BadNames))]
    public void A_bad_name_is_refused(byte[] name, GgufError expected) =>
        Refusal.Of(new GgufBuilder().RawTensor(Text(name), 1u, 8ul, F32, 0ul).Data(32).ToArray(), expected);

    [Theory]
    [InlineData(1ul + 4 + 8 + 4 + 8 + 32 + 1 + 31)] // one more than what follows: name, entry, padding, data
    [InlineData(1ul << 47)]
    [InlineData(1ul << 63)]
    [InlineData(ulong.MaxValue)]
    public void A_name_longer_than_the_file_is_refused(ulong length) =>
        Refusal.Of(new GgufBuilder().RawTensor(length, "t"u8.ToArray(), 1u, 8ul, F32, 0ul).Data(32).ToArray(), GgufError.StringTooLong);

    [Fact]
    public void A_tensor_that_occurs_twice_is_refused() =>
        Refusal.Of(new GgufBuilder().Tensor("t", F32, [8], 0).Tensor("t", F32, [8], 32).Data(64).ToArray(), GgufError.DuplicateTensor);

    [Fact]
    public void A_hundred_thousand_tensors_are_read()
    {
        const int count = 100_000;
        var builder = new GgufBuilder();
        for (var i = 0; i < count; i++) builder.Tensor($"blk.{i}", F32, [8], 32ul * (ulong)i);
        using var file = GgufFile.FromBytes(builder.Data(32 * count).ToArray(), "test.gguf");
        Assert.Equal(count, file.Tensors.Count);
    }

    [Fact]
    public void A_tensor_whose_values_cannot_be_read_yet_is_listed()
    {
        using var file = GgufFile.FromBytes(new GgufBuilder().Tensor("t", Q4_K, [512], 0).Data(288).ToArray(), "test.gguf");
        Assert.Equal(288, file.GetTensor("t").ByteLength);
        Assert.Equal(GgmlType.Q4_K, file.GetTensor("t").Type);
    }
}
