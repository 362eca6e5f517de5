using LoRDBA.Runtime.Gguf;
using LoRDBA.Tests;
using static LoRDBA.Tests.GgufBuilder;

namespace LoRDBA.Runtime.Tests.Gguf;

/// <summary>Hostile keys, strings and arrays.</summary>
public sealed class GgufMetadataReaderTests
{
    private const uint UInt32 = 4, Bool = 7, String = 8, Array = 9, UInt64 = 10;

    public static TheoryData<ulong> BadLengths => [100, 1ul << 31, 1ul << 47, 1ul << 63, ulong.MaxValue];

    [Theory]
    [MemberData(nameof(BadLengths))]
    public void A_string_longer_than_the_file_is_refused(ulong length)
    {
        Refusal.Of(new GgufBuilder().RawKey(length, "key"u8.ToArray(), UInt32, 1u).ToArray(), GgufError.StringTooLong);
        Refusal.Of(new GgufBuilder().Key("k", String, length, "text"u8.ToArray()).ToArray(), GgufError.StringTooLong);
        Refusal.Of(new GgufBuilder().Key("k", Array, String, 2ul, Text("a"), length, "b"u8.ToArray()).ToArray(), GgufError.StringTooLong);
    }

    [Fact]
    public void A_string_one_byte_longer_than_what_remains_is_refused()
    {
        var whole = new GgufBuilder { Alignment = 1 }.Key("k", String, Text("text")).ToArray();
        Refusal.Of(whole[..^1], GgufError.StringTooLong);
        GgufFile.FromBytes(whole, "test.gguf").Dispose();

        // Behind the length lie the key, its type and its value; of the array's last element only its text.
        Refusal.Of(new GgufBuilder { Alignment = 1 }.RawKey(3 + 4 + 4 + 1ul, "key"u8.ToArray(), UInt32, 1u).ToArray(), GgufError.StringTooLong);
        Refusal.Of(new GgufBuilder { Alignment = 1 }.Key("k", Array, String, 2ul, Text("a"), 4 + 1ul, "text"u8.ToArray()).ToArray(), GgufError.StringTooLong);
    }

    public static TheoryData<byte[], GgufError> BadNames => new()
    {
        { [], GgufError.EmptyName },
        { "a\0b"u8.ToArray(), GgufError.ControlCharacter },
        { "a\nb"u8.ToArray(), GgufError.ControlCharacter },
        { "a\u009bb"u8.ToArray(), GgufError.ControlCharacter }, // a terminal's escape sequence in one character
        { [0xc3, 0x28], GgufError.NotUtf8 },
        { [0xed, 0xa0, 0x80], GgufError.NotUtf8 }, // a surrogate
        { Enumerable.Repeat((byte)'k', 65536).ToArray(), GgufError.NameTooLong },
    };

    [Theory]
    [MemberData(nameof(BadNames))]
    public void A_bad_key_is_refused(byte[] key, GgufError expected) => Refusal.Of(new GgufBuilder().RawKey(Text(key), UInt32, 1u).ToArray(), expected);

    [Fact]
    public void The_longest_allowed_key_is_read()
    {
        var key = new string('k', 65535);
        using var file = GgufFile.FromBytes(new GgufBuilder().Key(key, UInt32, 7u).ToArray(), "test.gguf");
        Assert.Equal(7u, file.Metadata.GetUInt32(key));
    }

    [Fact]
    public void Token_bytes_that_are_not_UTF8_are_kept()
    {
        byte[] token = [0xff, 0x00, 0xc3];
        using var file = GgufFile.FromBytes(new GgufBuilder().Key("tokens", Array, String, 2ul, Text(token), Text("b")).ToArray(), "test.gguf");

        var tokens = new List<byte[]>();
        foreach (var bytes in file.Metadata.GetStringArray("tokens")) tokens.Add(bytes.ToArray());
        Assert.Equal([token, [(byte)'b']], tokens);
    }

    public static TheoryData<uint, ulong> BadArrays => new()
    {
        { UInt64, 1ul << 61 }, // times 8 bytes is 0 in 64 bits
        { UInt64, (1ul << 61) + 1 },
        { String, 1ul << 30 },
        { String, 1ul << 61 },
        { UInt32, ulong.MaxValue },
        { Bool, 1ul << 63 },
    };

    [Theory]
    [MemberData(nameof(BadArrays))]
    public void An_array_longer_than_the_file_is_refused(uint elementType, ulong count) =>
        Refusal.Of(new GgufBuilder().Key("k", Array, elementType, count, new byte[1000]).ToArray(), GgufError.ArrayTooLong);

    [Theory]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(10_000)]
    public void An_array_of_arrays_is_refused_at_any_depth(int depth)
    {
        var nested = Enumerable.Repeat(Bytes(Array, 1ul), depth).SelectMany(level => level).ToArray();
        Refusal.Of(new GgufBuilder().Key("k", Array, nested, UInt32, 1ul, 1u).ToArray(), GgufError.NestedArray);
    }

    [Theory]
    [InlineData(13u)]
    [InlineData(uint.MaxValue)]
    public void An_unknown_type_is_refused(uint type)
    {
        Refusal.Of(new GgufBuilder().Key("k", type, 1ul).ToArray(), GgufError.UnknownValueType);
        Refusal.Of(new GgufBuilder().Key("k", Array, type, 1ul, 1ul).ToArray(), GgufError.UnknownValueType);
    }

    [Fact]
    public void A_Boolean_that_is_neither_0_nor_1_is_refused()
    {
        Refusal.Of(new GgufBuilder().Key("k", Bool, (byte)2).ToArray(), GgufError.BadBool);
        Refusal.Of(new GgufBuilder().Key("k", Array, Bool, 3ul, (byte)0, (byte)1, (byte)255).ToArray(), GgufError.BadBool);
    }

    [Fact]
    public void A_key_that_occurs_twice_is_refused_where_it_occurs_again()
    {
        var error = Refusal.Of(new GgufBuilder().Key("k", UInt32, 1u).Key("other", UInt32, 1u).Key("k", String, Text("x")).ToArray());
        Assert.Equal(GgufError.DuplicateKey, error.Error);
        Assert.Equal("k name", error.Field);
        Assert.Equal(24 + (8 + 1 + 4 + 4) + (8 + 5 + 4 + 4), error.Offset);
    }

    [Fact]
    public void An_error_before_the_name_is_known_gives_the_entrys_number()
    {
        var error = Refusal.Of(new GgufBuilder().Key("k", UInt32, 1u).RawKey(0ul, UInt32, 1u).ToArray());
        Assert.Equal("key 1 name", error.Field);
        Assert.Equal(24 + 8 + 1 + 4 + 4, error.Offset);
    }

    [Fact]
    public void A_hundred_thousand_keys_are_read()
    {
        const int count = 100_000;
        var builder = new GgufBuilder();
        for (var i = 0; i < count; i++) builder.Key($"key.{i}", UInt32, (uint)i);
        using var file = GgufFile.FromBytes(builder.ToArray(), "test.gguf");

        Assert.Equal(count, file.Metadata.Keys.Count);
        Assert.Equal("key.0", file.Metadata.Keys[0]);
        Assert.Equal(count - 1u, file.Metadata.GetUInt32($"key.{count - 1}"));
    }

    [Fact]
    public void Ten_times_as_many_names_take_ten_times_the_memory()
    {
        static long Allocated(int count)
        {
            var builder = new GgufBuilder();
            for (var i = 0; i < count; i++) builder.Key($"key.{i:D6}", UInt32, (uint)i).Tensor($"blk.{i:D6}", 0, [8], 32ul * (ulong)i);
            var bytes = builder.Data(new byte[32 * count]).ToArray();
            var before = GC.GetAllocatedBytesForCurrentThread();
            GgufFile.FromBytes(bytes, "test.gguf").Dispose();
            return GC.GetAllocatedBytesForCurrentThread() - before - bytes.Length;
        }

        Allocated(10);
        Assert.InRange(Allocated(100_000) / (double)Allocated(10_000), 8, 12);
    }
}
