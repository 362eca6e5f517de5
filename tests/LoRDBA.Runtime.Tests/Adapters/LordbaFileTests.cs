using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>The reader: one file made by hand and read bit by bit, then every way to be refused.</summary>
public sealed class LordbaFileTests
{
    [Fact]
    public void A_file_made_by_hand_is_read_to_the_bit()
    {
        using var file = Open(new LordbaBuilder().ToArray());
        var tensor = Assert.Single(file.Tensors);

        Assert.Equal(("by hand", "llama", "no base", 4), (file.Header.Name, file.Header.Base.Architecture, file.Header.Base.Name, file.Header.ScaleBits));
        Assert.Null(file.Header.Training);
        Assert.Equal(("blk.0.attn_q.weight", 2, 3, 2, 4, 3, 96L), (tensor.Name, tensor.Rank, tensor.NIn, tensor.NOut, tensor.OutBits, tensor.InBits, tensor.ByteLength));

        // S_A rows 101 and 010 from bit 0: (+ - +), (- + -); S_B^T rows 01 and 11: (+ -), (+ +)
        Assert.Equal([1, -1, 1, -1, 1, -1], Signs(tensor.SignsA));
        Assert.Equal([1, -1, 1, 1], Signs(tensor.SignsB));
        float[] m = new float[2], scaleOut = new float[2], scaleIn = new float[3];
        tensor.DecodeM(m);
        tensor.DecodeScaleOut(scaleOut);
        tensor.DecodeScaleIn(scaleIn);
        Assert.Equal([1, 0.5f], m);
        Assert.Equal([0.25f, 1], scaleOut);
        Assert.Equal([1, 4, 2], scaleIn);
    }

    [Fact]
    public void The_file_is_named_by_the_digest_of_its_content()
    {
        var bytes = new LordbaBuilder().ToArray();
        using var file = Open(bytes);
        Assert.Equal(bytes.AsSpan(LordbaBuilder.ArrayOffset(bytes, "lordba.digest"), 32).ToArray(), file.Digest.ToArray());
    }

    [Fact]
    public void Every_bit_flip_is_refused()
    {
        var bytes = new LordbaBuilder().ToArray();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
            Assert.ThrowsAny<LordbaException>(() => Open(bytes).Dispose());
            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
        }
    }

    [Fact]
    public void Every_shorter_file_is_refused()
    {
        var bytes = new LordbaBuilder().ToArray();
        for (var length = 0; length < bytes.Length; length++)
            Assert.ThrowsAny<LordbaException>(() => Open(bytes[..length]).Dispose());
    }

    [Theory, InlineData("", 1), InlineData("PK\u0003\u0004", 1000), InlineData("\u007fELF", 32)]
    public void Appended_bytes_are_refused_be_they_another_file(string magic, int length)
    {
        byte[] polyglot = [.. new LordbaBuilder().ToArray(), .. magic.Select(c => (byte)c), .. new byte[length]];
        Assert.Equal(GgufError.TrailingBytes, Assert.Throws<GgufException>(() => Open(polyglot).Dispose()).Error);
    }

    [Theory]
    [InlineData("blk.0.attn_k.lordba", GgufError.TensorOverlap), InlineData("blk.0.attn_q.lordba", GgufError.DuplicateTensor)]
    public void Two_tensors_on_one_range_or_of_one_name_are_refused(string second, GgufError error) =>
        Assert.Equal(error, Assert.Throws<GgufException>(() => Open(new LordbaBuilder { SecondName = second }.ToArray()).Dispose()).Error);

    [Fact]
    public void A_signature_and_its_counter_change_no_digest_but_by_the_counter()
    {
        using var signed = Open(new LordbaBuilder { Counter = 7, KeyId = Filled(32), Signature = Filled(64) }.ToArray());
        using var unsigned = Open(new LordbaBuilder { Counter = 7 }.ToArray());
        using var other = Open(new LordbaBuilder().ToArray());
        Assert.Equal(7UL, signed.Counter);
        Assert.Equal(unsigned.Digest, signed.Digest);
        Assert.NotEqual(other.Digest, signed.Digest);
    }

    [Fact]
    public void A_model_is_no_adapter() => AssertRefused(AdapterError.NotLordba, new LordbaBuilder { AdapterType = "lora" });

    [Fact]
    public void More_than_a_mebibyte_of_header_is_refused() => AssertRefused(AdapterError.HeaderTooLarge, new LordbaBuilder { Name = new string('x', 1 << 20) });

    [Fact]
    public void An_older_container_is_refused() => AssertRefused(AdapterError.BadContainer, new LordbaBuilder { GgufVersion = 2 });

    [Theory, InlineData(0), InlineData(2)]
    public void An_unknown_format_version_is_refused(uint version) => AssertRefused(AdapterError.UnknownFormatVersion, new LordbaBuilder { FormatVersion = version });

    [Fact]
    public void A_changed_file_is_refused()
    {
        var bytes = new LordbaBuilder().ToArray();
        bytes[^64] ^= 1;
        Assert.Equal(AdapterError.DigestMismatch, Assert.Throws<AdapterException>(() => Open(bytes).Dispose()).Error);
    }

    [Fact]
    public void Trust_keys_in_another_order_are_refused() =>
        AssertRefused(AdapterError.BadTrustArea, new LordbaBuilder { TrustOrder = ["lordba.digest", "lordba.counter", "lordba.signature.key_id", "lordba.signature"] });

    [Fact]
    public void A_short_signature_is_refused() => AssertRefused(AdapterError.BadTrustArea, new LordbaBuilder { Signature = new byte[63] });

    [Fact]
    public void A_signature_without_a_counter_is_refused() => AssertRefused(AdapterError.BadTrustArea, new LordbaBuilder { Signature = Filled(64) });

    [Fact]
    public void A_key_id_without_a_counter_is_refused() => AssertRefused(AdapterError.BadTrustArea, new LordbaBuilder { KeyId = Filled(32) });

    [Theory, InlineData(0), InlineData(4097)]
    public void A_rank_in_the_metadata_outside_the_range_is_refused(uint rank) => AssertRefused(AdapterError.BadMetadata, new LordbaBuilder { MetadataRank = rank });

    [Theory, InlineData(0), InlineData(5), InlineData(32)]
    public void Scale_bits_in_the_metadata_outside_the_list_are_refused(uint bits) => AssertRefused(AdapterError.BadMetadata, new LordbaBuilder { MetadataScaleBits = bits });

    [Fact]
    public void A_short_fingerprint_is_refused() => AssertRefused(AdapterError.BadMetadata, new LordbaBuilder { FingerprintLength = 31 });

    [Fact]
    public void A_missing_key_is_refused() =>
        Assert.Equal(GgufError.MissingKey, Assert.Throws<GgufException>(() => Open(new GgufBuilder()
            .Key("general.type", 8, GgufBuilder.Text("adapter")).Key("adapter.type", 8, GgufBuilder.Text("lordba")).ToArray()).Dispose()).Error);

    [Fact]
    public void An_adapter_of_nothing_is_refused() => AssertRefused(AdapterError.NoTensors, new LordbaBuilder { WithTensor = false });

    [Fact]
    public void A_tensor_with_another_suffix_is_refused() => AssertRefused(AdapterError.BadTensorName, new LordbaBuilder { TensorName = "blk.0.attn_q.weight" });

    [Fact]
    public void A_tensor_of_another_type_is_refused() => AssertRefused(AdapterError.BadTensorType, new LordbaBuilder { TensorType = 0 });

    [Fact]
    public void A_reserved_field_that_is_used_is_refused() => AssertRefused(AdapterError.ReservedNotZero, new LordbaBuilder { Reserved = 1 });

    [Theory, InlineData(0), InlineData(4097), InlineData(65535)]
    public void A_rank_outside_the_range_is_refused(ushort rank) => AssertRefused(AdapterError.BadRank, new LordbaBuilder { Rank = rank });

    [Theory, InlineData(0, 2), InlineData(3, 0), InlineData(uint.MaxValue, 2), InlineData(3, 1u << 31)]
    public void An_absurd_shape_is_refused(uint nIn, uint nOut) => AssertRefused(AdapterError.BadShape, new LordbaBuilder { NIn = nIn, NOut = nOut });

    [Theory, InlineData(0, 3), InlineData(5, 3), InlineData(4, 5), InlineData(4, 255), InlineData(32, 3)]
    public void Scale_bits_outside_the_list_are_refused(byte outBits, byte inBits) => AssertRefused(AdapterError.BadScaleBits, new LordbaBuilder { OutBits = outBits, InBits = inBits });

    [Theory, InlineData(3), InlineData(64), InlineData(4096)]
    public void A_rank_that_asks_for_another_length_is_refused(ushort rank) => AssertRefused(AdapterError.WrongLength, new LordbaBuilder { Rank = rank });

    [Theory, InlineData(0), InlineData(7), InlineData(9), InlineData(40)]
    public void A_length_off_by_some_bytes_is_refused(int tail) => AssertRefused(AdapterError.WrongLength, new LordbaBuilder { Tail = new byte[tail] });

    [Theory]
    [InlineData(float.NaN, 0.5f), InlineData(-2, float.NaN), InlineData(float.PositiveInfinity, 0.5f)]
    [InlineData(-2, float.NegativeInfinity), InlineData(-2, -0.5f), InlineData(127, 1)]
    public void A_range_that_is_not_finite_is_refused(float log2Min, float log2Step)
    {
        AssertRefused(AdapterError.BadScaleRange, new LordbaBuilder { OutLog2Min = log2Min, OutLog2Step = log2Step });
        AssertRefused(AdapterError.BadScaleRange, new LordbaBuilder { InLog2Min = log2Min, InLog2Step = log2Step });
    }

    [Fact]
    public void A_range_where_there_is_no_scale_is_refused() =>
        AssertRefused(AdapterError.BadScaleRange, new LordbaBuilder { InBits = 0, InLog2Min = 1, InLog2Step = 0, ScaleIn = [], Tail = new byte[16] });

    [Theory]
    [InlineData(0x7C00), InlineData(0x7E00), InlineData(0x8000), InlineData(0xBC00)]
    public void An_m_that_is_not_a_magnitude_is_refused(ushort half) =>
        AssertRefused(AdapterError.BadScale, new LordbaBuilder { M = GgufBuilder.Bytes(half, half, 0u) });

    [Theory]
    [InlineData(0x7C00), InlineData(0xFE00), InlineData(0x8001)]
    public void An_F16_scale_that_is_not_a_magnitude_is_refused(ushort half) =>
        AssertRefused(AdapterError.BadScale, new LordbaBuilder { OutBits = 16, OutLog2Min = 0, OutLog2Step = 0, ScaleOut = GgufBuilder.Bytes(half, half, 0u) });

    [Fact]
    public void A_sign_beyond_the_last_column_is_refused()
    {
        AssertRefused(AdapterError.PaddingNotZero, new LordbaBuilder { SignsA = [0b1101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] });
        AssertRefused(AdapterError.PaddingNotZero, new LordbaBuilder { SignsB = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80] });
    }

    [Fact]
    public void Bytes_between_the_parts_that_are_used_are_refused()
    {
        AssertRefused(AdapterError.PaddingNotZero, new LordbaBuilder { M = [0, 0x3C, 0, 0x38, 1, 0, 0, 0] });
        AssertRefused(AdapterError.PaddingNotZero, new LordbaBuilder { ScaleOut = [0x51, 1, 0, 0, 0, 0, 0, 0] });
        AssertRefused(AdapterError.PaddingNotZero, new LordbaBuilder { ScaleIn = [0b10_011_001, 0b10, 0, 0, 0, 0, 0, 0] });
        AssertRefused(AdapterError.PaddingNotZero, new LordbaBuilder { Tail = [0, 0, 0, 0, 0, 0, 0, 1] });
    }

    private static LordbaFile Open(byte[] bytes) => LordbaFile.From(GgufFile.FromBytes(bytes, "adapter.lordba"));

    private static void AssertRefused(AdapterError error, LordbaBuilder builder)
    {
        var bytes = builder.ToArray();
        using var container = GgufFile.FromBytes(bytes, "adapter.lordba");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.Throws<AdapterException>(() => LordbaFile.From(container));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal(error, refused.Error);
        Assert.StartsWith("adapter.lordba: ", refused.Message, StringComparison.Ordinal);
    }

    private static byte[] Filled(int length) => [.. Enumerable.Range(1, length).Select(i => (byte)i)];

    private static int[] Signs(SignMatrix signs) =>
        [.. Enumerable.Range(0, signs.Rows * signs.Columns).Select(i => signs[i / signs.Columns, i % signs.Columns])];
}
