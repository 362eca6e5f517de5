using LoRDBA.Runtime.Gguf;
using LoRDBA.Tests;
using static LoRDBA.Tests.GgufBuilder;

namespace LoRDBA.Runtime.Tests.Gguf;

/// <summary>Typed getters: the value as it was written, or an error that names the key.</summary>
public sealed class GgufMetadataTests : IDisposable
{
    private readonly GgufFile file = GgufFile.FromBytes(new GgufBuilder()
        .Key("u8", 0, (byte)200)
        .Key("i8", 1, (sbyte)-3)
        .Key("u16", 2, (ushort)60000)
        .Key("i16", 3, (short)-300)
        .Key("u32", 4, 4_000_000_000u)
        .Key("i32", 5, 42)
        .Key("f32", 6, 1e-5f)
        .Key("yes", 7, true)
        .Key("text", 8, Text("Grüße"))
        .Key("u64", 10, 1ul << 40)
        .Key("i64", 11, -1L)
        .Key("f64", 12, 0.1)
        .Key("empty", 8, Text(""))
        .Key("broken", 8, Text([0xff]))
        .Key("strings", 9, 8u, 3ul, Text("a"), Text(""), Text("ccc"))
        .Key("floats", 9, 6u, 2ul, 1.5f, -2f)
        .Key("bools", 9, 7u, 2ul, true, false)
        .Key("many", 9, 5u, 100ul, Bytes([.. Enumerable.Range(0, 100).Cast<object>()]))
        .ToArray(), "test.gguf");

    private GgufMetadata Metadata => file.Metadata;

    public void Dispose() => file.Dispose();

    [Fact]
    public void Each_type_is_read()
    {
        Assert.Equal(200u, Metadata.GetUInt32("u8"));
        Assert.Equal(60000u, Metadata.GetUInt32("u16"));
        Assert.Equal(4_000_000_000u, Metadata.GetUInt32("u32"));
        Assert.Equal(42u, Metadata.GetUInt32("i32"));
        Assert.Equal(1ul << 40, Metadata.GetUInt64("u64"));
        Assert.Equal(1e-5f, Metadata.GetFloat32("f32"));
        Assert.True(Metadata.GetBool("yes", false));
        Assert.Equal("Grüße", Metadata.GetString("text"));
        Assert.Equal("", Metadata.GetString("empty"));
        Assert.Equal([1.5f, -2f], Metadata.GetArray<float>("floats").ToArray());
        Assert.Equal([true, false], Metadata.GetArray<bool>("bools").ToArray());
        Assert.Equal(3, Metadata.GetStringArray("strings").Count);
    }

    [Fact]
    public void Strings_of_an_array_are_walked_without_allocation()
    {
        var strings = Metadata.GetStringArray("strings");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var lengths = 0;
        foreach (var text in strings) lengths = 10 * lengths + text.Length;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(103, lengths);
    }

    [Fact]
    public void A_fallback_serves_only_an_absent_key()
    {
        Assert.Equal(7u, Metadata.GetUInt32("absent", 7));
        Assert.Equal(200u, Metadata.GetUInt32("u8", 7));
        Assert.Equal(7f, Metadata.GetFloat32("absent", 7));
        Assert.True(Metadata.GetBool("absent", true));
        Assert.False(Metadata.TryGetString("absent", out _));
        Refused(GgufError.WrongValueType, "text", () => Metadata.GetUInt32("text", 7));
        Refused(GgufError.WrongValueType, "u8", () => Metadata.TryGetString("u8", out _));
        Refused(GgufError.WrongValueType, "u8", () => Metadata.GetBool("u8", true));
    }

    [Fact]
    public void A_value_is_never_reinterpreted()
    {
        Refused(GgufError.MissingKey, "absent", () => Metadata.GetUInt32("absent"));
        Refused(GgufError.MissingKey, "absent", () => Metadata.GetStringArray("absent"));
        Refused(GgufError.WrongValueType, "f32", () => Metadata.GetUInt32("f32"));
        Refused(GgufError.WrongValueType, "yes", () => Metadata.GetUInt32("yes"));
        Refused(GgufError.WrongValueType, "u32", () => Metadata.GetFloat32("u32"));
        Refused(GgufError.WrongValueType, "f64", () => Metadata.GetFloat32("f64"));
        Refused(GgufError.WrongValueType, "strings", () => Metadata.GetString("strings"));
        Refused(GgufError.WrongValueType, "text", () => Metadata.GetStringArray("text"));
        Refused(GgufError.WrongValueType, "floats", () => Metadata.GetStringArray("floats"));
        Refused(GgufError.WrongValueType, "floats", () => Metadata.GetArray<int>("floats").ToArray());
        Refused(GgufError.ValueOutOfRange, "u64", () => Metadata.GetUInt32("u64"));
        Refused(GgufError.ValueOutOfRange, "i8", () => Metadata.GetUInt32("i8"));
        Refused(GgufError.ValueOutOfRange, "i16", () => Metadata.GetUInt64("i16"));
        Refused(GgufError.ValueOutOfRange, "i64", () => Metadata.GetUInt64("i64"));
        Refused(GgufError.NotUtf8, "broken", () => Metadata.GetString("broken"));
    }

    [Theory]
    [InlineData("u8", "200")]
    [InlineData("i8", "-3")]
    [InlineData("u16", "60000")]
    [InlineData("i16", "-300")]
    [InlineData("u32", "4000000000")]
    [InlineData("i32", "42")]
    [InlineData("f32", "1E-05")]
    [InlineData("yes", "true")]
    [InlineData("text", "Grüße")]
    [InlineData("u64", "1099511627776")]
    [InlineData("i64", "-1")]
    [InlineData("f64", "0.1")]
    [InlineData("strings", "[\"a\", \"\", \"ccc\"]")]
    [InlineData("floats", "[1.5, -2]")]
    [InlineData("bools", "[true, false]")]
    [InlineData("many", "[0, 1, 2, 3, 4, 5, 6, 7, ... 100 in all]")]
    public void A_value_is_shown(string key, string expected) => Assert.Equal(expected, Metadata[key].ToString());

    [Fact]
    public void A_value_knows_its_type_length_and_place()
    {
        var value = Metadata["floats"];
        Assert.Equal(GgufValueType.Array, value.Type);
        Assert.Equal(GgufValueType.Float32, value.ElementType);
        Assert.Equal(2, value.Count);
        Assert.Equal(1.5f, BitConverter.ToSingle(file.Bytes[(int)value.Offset..]));
        Assert.Equal("Grüße"u8, file.Bytes.Slice((int)Metadata["text"].Offset, Metadata["text"].Count));
    }

    [Fact]
    public void Keys_are_in_file_order()
    {
        Assert.Equal(["u8", "i8", "u16"], Metadata.Keys.Take(3));
        Assert.True(Metadata.Contains("u8"));
        Assert.False(Metadata.Contains("U8"));
    }

    private static void Refused(GgufError expected, string key, Func<object> get)
    {
        var error = Assert.Throws<GgufException>(get);
        Assert.Equal(expected, error.Error);
        Assert.Equal(key, error.Field);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }
}
