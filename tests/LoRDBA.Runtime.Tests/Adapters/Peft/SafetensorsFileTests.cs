using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Peft;

/// <summary>The safetensors reader: values by hand, and one test for each rule of the format.</summary>
public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Three_types_are_read()
    {
        // F32 1.5, -2; F16 0x3E00 = 1.5, 0xC000 = -2; BF16 0x3FC0 = 1.5. Names in another order than the bytes; spaces behind the header.
        const string header = """{"c":{"dtype":"BF16","shape":[],"data_offsets":[12,14]},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"shape":[2],"data_offsets":[8,12],"dtype":"F16"}}   """;
        using var file = Open(SafetensorsBuilder.File(header, GgufBuilder.Bytes(1.5f, -2f, (ushort)0x3E00, (ushort)0xC000, (ushort)0x3FC0)));
        Assert.Equal(["a", "b", "c"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([2, 1], file.Tensors[0].Shape);
        Assert.Equal([1.5f, -2], file.Values(file.Tensors[0]));
        Assert.Equal([1.5f, -2], file.Values(file.Tensors[1]));
        Assert.Equal([1.5f], file.Values(file.Tensors[2]));
    }

    [Fact]
    public void The_digest_is_that_of_the_file()
    {
        var bytes = SafetensorsBuilder.Of([("a", [1], [3])]);
        using var file = Open(bytes);
        Assert.Equal(Sha256Digest.Of(bytes), file.Digest());
    }

    [Fact]
    public void A_missing_file_is_told() => AssertError(AdapterError.CannotOpen, () => SafetensorsFile.Open(Path.Combine(folder.Path, "nothing")));

    [Theory, InlineData(0), InlineData(7)]
    public void A_file_without_a_length_is_refused(int length) => AssertRefused(AdapterError.BadSafetensorsHeader, new byte[length]);

    [Theory, InlineData(3), InlineData(100_000_001), InlineData(ulong.MaxValue)]
    public void A_header_longer_than_the_file_or_the_limit_is_refused(ulong length) =>
        AssertRefused(AdapterError.BadSafetensorsHeader, GgufBuilder.Bytes(length, "{}"u8.ToArray()));

    [Theory]
    [InlineData(""), InlineData(" {}"), InlineData("[]"), InlineData("{"), InlineData("{}x"), InlineData("{} {}"), InlineData("{'a':1}")]
    [InlineData("""{"a":1}"""), InlineData("""{"__metadata__":[]}"""), InlineData("""{"__metadata__":{"a":1}}""")]
    [InlineData("""{"a":{}}""")]
    [InlineData("""{"a":{"shape":[0],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0]}}""")]
    [InlineData("""{"a":{"dtype":1,"shape":[0],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":0,"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[0]],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0.5],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"more":1}}""")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""")]
    public void A_header_of_another_form_is_refused(string header) => AssertRefused(AdapterError.BadSafetensorsHeader, SafetensorsBuilder.File(header, []));

    [Fact]
    public void A_name_that_is_not_UTF8_is_refused() =>
        AssertRefused(AdapterError.BadSafetensorsHeader, GgufBuilder.Bytes(5UL, new byte[] { (byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)'}' }));

    [Fact]
    public void Deep_nesting_is_refused() => AssertRefused(AdapterError.BadSafetensorsHeader, SafetensorsBuilder.File("{\"a\":" + new string('[', 100_000), []));

    [Theory, InlineData("I64"), InlineData("F64"), InlineData("f16"), InlineData("F8_E4M3")]
    public void Another_type_is_refused(string dtype) =>
        AssertRefused(AdapterError.UnsupportedTensorType, SafetensorsBuilder.File($$$"""{"a":{"dtype":"{{{dtype}}}","shape":[1],"data_offsets":[0,8]}}""", new byte[8]));

    [Theory]
    [InlineData("[0,4]", "[8,12]", 12, "gap")]
    [InlineData("[4,8]", "[8,12]", 12, "gap at the start")]
    [InlineData("[0,4]", "[0,4]", 4, "overlap")]
    [InlineData("[0,4]", "[2,6]", 6, "partial overlap")]
    [InlineData("[0,4]", "[4,8]", 7, "one byte past the end")]
    [InlineData("[0,4]", "[4,8]", 9, "one byte too many in the file")]
    [InlineData("[0,4]", "[8,4]", 8, "backwards")]
    [InlineData("[0,4]", "[4,7]", 7, "too short for its shape")]
    [InlineData("[0,4]", "[4,12]", 12, "too long for its shape")]
    [InlineData("[0,4]", "[9223372036854775803,9223372036854775807]", 8, "far away")]
    public void Tensors_that_do_not_cover_the_file_are_refused(string first, string second, int length, string why)
    {
        var header = $$$"""{"a":{"dtype":"F32","shape":[1],"data_offsets":{{{first}}}},"b":{"dtype":"F32","shape":[1],"data_offsets":{{{second}}}}}""";
        var error = AssertError(AdapterError.BadSafetensorsOffsets, () => Open(SafetensorsBuilder.File(header, new byte[length])).Dispose());
        Assert.False(string.IsNullOrEmpty(error.Field), why);
    }

    private SafetensorsFile Open(byte[] bytes) => SafetensorsFile.Open(folder.Write("a.safetensors", bytes));

    private void AssertRefused(AdapterError error, byte[] bytes) => AssertError(error, () => Open(bytes).Dispose());

    private static AdapterException AssertError(AdapterError error, Action open)
    {
        var refused = Assert.Throws<AdapterException>(open);
        Assert.Equal(error, refused.Error);
        return refused;
    }
}
