using LoRDBA.Runtime.Gguf;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Gguf;

/// <summary>Header, mapping and the file as a whole.</summary>
public sealed unsafe class GgufFileTests
{
    private const uint F32 = 0;

    /// <summary>A sound file of exactly <paramref name="length"/> bytes: every type of value, 100 tokens, two tensors, and padding at the end.</summary>
    private static byte[] OfLength(int length, int lastPadding)
    {
        GgufBuilder With(ulong elements) => new GgufBuilder()
            .Key("general.architecture", 8, GgufBuilder.Text("llama"))
            .Key("u8", 0, (byte)1).Key("i16", 3, (short)-1).Key("i32", 5, -1).Key("f32", 6, 0.5f).Key("bool", 7, true).Key("u64", 10, 1ul).Key("f64", 12, 0.5)
            .Key("tokens", 9, 8u, 100ul, GgufBuilder.Bytes([.. Enumerable.Range(0, 100).Select(i => GgufBuilder.Text($"t{i}"))]))
            .Key("types", 9, 5u, 100ul, new byte[400])
            .Tensor("first", F32, [4], 0)
            .Tensor("second", F32, [elements], 32);
        var data = length - With(1).ToArray().Length;
        return With((ulong)(data - 32 - lastPadding) / sizeof(float)).Data(data).ToArray();
    }

    /// <summary>Two tensors of 4 numbers, so 16 bytes of padding behind each.</summary>
    private static GgufBuilder Sound() => new GgufBuilder()
        .Key("general.architecture", 8, GgufBuilder.Text("llama"))
        .Key("tokens", 9, 8u, 2ul, GgufBuilder.Text("a"), GgufBuilder.Text("bc"))
        .Key("scores", 9, 6u, 2ul, 0.5f, -1f)
        .Tensor("first", F32, [4], 0)
        .Tensor("second", F32, [2, 2], 32)
        .Data(64);

    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    public void A_sound_file_is_read(uint version)
    {
        var builder = new GgufBuilder { Version = version }.Tensor("t", F32, [3], 0).Data(32);
        using var file = GgufFile.FromBytes(builder.ToArray(), "test.gguf");

        Assert.Equal(version, file.Version);
        Assert.Equal(32u, file.Alignment);
        Assert.True(file.TryGetTensor("t", out var tensor));
        Assert.Equal(file.DataOffset, tensor.Offset);
        Assert.Equal(12, tensor.ByteLength);
        Assert.Equal([.. Enumerable.Range(0, 12).Select(i => (byte)i)], file.Span(tensor).ToArray());
        Assert.Equal(96, file.Bytes.Length);
    }

    [Fact]
    public void A_file_that_is_read_ahead_can_be_closed_at_any_moment()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "large.gguf");
        File.WriteAllBytes(path, OfLength(4 << 20, lastPadding: 0));
        for (var i = 0; i < 50; i++)
        {
            using var file = GgufFile.Open(path);
            file.ReadAhead();
            file.ReadAhead();
            // Some way into it: a page that is touched after the mapping has ended would end the process.
            Thread.SpinWait(500 * i);
        }
        using var inMemory = GgufFile.FromBytes(Sound().ToArray(), "test.gguf");
        inMemory.ReadAhead();
    }

    [Fact]
    public void Dimensions_come_innermost_first_and_absent_ones_are_one()
    {
        using var file = GgufFile.FromBytes(Sound().ToArray(), "test.gguf");
        var tensor = new GgufBuilder().Tensor("t", F32, [4, 3, 2], 0).Data(96).ToArray();
        using var other = GgufFile.FromBytes(tensor, "test.gguf");

        Assert.Equal([4L, 3L, 2L, 1L], Enumerable.Range(0, 4).Select(i => other.GetTensor("t").Dim(i)));
        Assert.Equal(3, other.GetTensor("t").NDims);
        Assert.Equal(24, other.GetTensor("t").ElementCount);
        Assert.Equal("t F32 [4, 3, 2]", other.GetTensor("t").ToString());
    }

    [Fact]
    public void Every_prefix_is_refused_unless_only_the_last_padding_is_missing()
    {
        const int lastPadding = 16;
        var whole = OfLength(4096, lastPadding);
        for (var length = 0; length < whole.Length - lastPadding; length++) Refusal.Of(whole[..length]);
        for (var length = whole.Length - lastPadding; length <= whole.Length; length++) GgufFile.FromBytes(whole.AsSpan(0, length), "test.gguf").Dispose();
    }

    [Fact]
    public void A_vocabulary_without_tensors_may_end_behind_its_list()
    {
        var whole = new GgufBuilder().Key("k", 4, 1u).ToArray();
        for (var length = 24 + 8 + 1 + 4 + 4; length <= whole.Length; length++) GgufFile.FromBytes(whole.AsSpan(0, length), "test.gguf").Dispose();
        using var file = GgufFile.FromBytes([.. whole, 0], "test.gguf");
        Assert.Equal(GgufError.TrailingBytes, Assert.Throws<GgufException>(file.RefuseTrailingBytes).Error);
    }

    public static TheoryData<byte[], GgufError> BadHeaders => new()
    {
        { [], GgufError.Truncated },
        { "GGU"u8.ToArray(), GgufError.Truncated },
        { new GgufBuilder { Magic = "GGML"u8.ToArray() }.ToArray(), GgufError.BadMagic },
        { new GgufBuilder { Magic = "PK\x03\x04"u8.ToArray() }.ToArray(), GgufError.BadMagic },
        { new GgufBuilder { Magic = "FUGG"u8.ToArray() }.ToArray(), GgufError.ByteSwapped },
        { new GgufBuilder { Version = 0 }.ToArray(), GgufError.VersionUnknown },
        { new GgufBuilder { Version = 1 }.ToArray(), GgufError.VersionTooOld },
        { new GgufBuilder { Version = 4 }.ToArray(), GgufError.VersionUnknown },
        { new GgufBuilder { Version = 0x0300_0000 }.ToArray(), GgufError.ByteSwapped },
        { new GgufBuilder { KeyCount = 1ul << 32 }.ToArray()[..24], GgufError.TooManyKeys },
        { new GgufBuilder { KeyCount = 1ul << 63 }.ToArray()[..24], GgufError.TooManyKeys },
        { new GgufBuilder { KeyCount = ulong.MaxValue }.ToArray()[..24], GgufError.TooManyKeys },
        { new GgufBuilder { TensorCount = 1ul << 32 }.ToArray()[..24], GgufError.TooManyTensors },
        { new GgufBuilder { TensorCount = 1ul << 63 }.ToArray()[..24], GgufError.TooManyTensors },
        { new GgufBuilder { TensorCount = ulong.MaxValue }.ToArray()[..24], GgufError.TooManyTensors },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void A_bad_header_is_refused(byte[] bytes, GgufError expected) => Refusal.Of(bytes, expected);

    [Theory]
    [InlineData(0u)]
    [InlineData(13u)]
    [InlineData((1u << 20) + 1)]
    [InlineData(1u << 21)]
    [InlineData(1u << 31)]
    public void A_bad_alignment_is_refused(uint alignment) =>
        Refusal.Of(new GgufBuilder().Key("general.alignment", 4, alignment).ToArray(), GgufError.BadAlignment);

    [Theory]
    [InlineData(5u, 32)]
    [InlineData(6u, 32f)]
    [InlineData(10u, 32ul)]
    public void An_alignment_of_another_type_is_refused(uint type, object alignment) =>
        Refusal.Of(new GgufBuilder().Key("general.alignment", type, alignment).ToArray(), GgufError.WrongValueType);

    public static TheoryData<int> PowersOfTwo => [.. Enumerable.Range(0, 21).Select(power => 1 << power)];

    [Theory]
    [MemberData(nameof(PowersOfTwo))]
    public void Every_power_of_two_up_to_a_mebibyte_aligns(int alignment)
    {
        var builder = new GgufBuilder { Alignment = alignment }.Key("general.alignment", 4, alignment).Tensor("t", F32, [2], 0).Data(8);
        using var file = GgufFile.FromBytes(builder.ToArray(), "test.gguf");
        Assert.Equal((uint)alignment, file.Alignment);
        Assert.Equal(0, file.GetTensor("t").Offset % alignment);
    }

    [Fact]
    public void A_header_of_160_000_tokens_takes_few_reads_and_no_memory_for_them()
    {
        const int nTokens = 160_000;
        using var folder = new TemporaryFolder();
        var tokens = GgufBuilder.Bytes([.. Enumerable.Range(0, nTokens).Select(i => GgufBuilder.Text($"token {i}"))]);
        var path = folder.Write("model.gguf", new GgufBuilder()
            .Key("tokens", 9, 8u, (ulong)nTokens, tokens).Key("scores", 9, 6u, (ulong)nTokens, new byte[4 * nTokens]).Tensor("t", F32, [8], 0).Data(32).ToArray());

        var (reads, allocated) = (ReadCalls(), GC.GetAllocatedBytesForCurrentThread());
        using var file = GgufFile.Open(path);
        (reads, allocated) = (ReadCalls() - reads, GC.GetAllocatedBytesForCurrentThread() - allocated);

        Assert.Equal(nTokens, file.Metadata.GetStringArray("tokens").Count);
        Assert.InRange(reads, 0, 99);
        Assert.InRange(allocated, 0, 64 << 10);
    }

    /// <summary>How often this thread has asked the operating system to read.</summary>
    private static long ReadCalls()
    {
        const string counters = "/proc/thread-self/io", name = "syscr: ";
        Assert.SkipUnless(File.Exists(counters), $"needs {counters}: a Linux kernel that counts reads");
        return long.Parse(File.ReadLines(counters).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]);
    }

    [Fact]
    public void A_mapped_file_is_what_was_opened_even_if_its_name_goes_to_another()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.gguf", Sound().ToArray());
        using var file = GgufFile.Open(path);

        File.Move(folder.Write("other.gguf", [1, 2, 3]), path, overwrite: true);

        Assert.Equal("llama", file.Metadata.GetString("general.architecture"));
        Assert.Equal(Sound().ToArray(), file.Bytes.ToArray());
        Assert.Equal((nint)file.Start + (nint)file.GetTensor("second").Offset, (nint)file.Data(file.GetTensor("second")));
    }

    [Fact]
    public void What_cannot_be_opened_is_refused_with_its_path()
    {
        using var folder = new TemporaryFolder();
        var missing = Path.Combine(folder.Path, "missing.gguf");

        var error = Assert.Throws<GgufException>(() => GgufFile.Open(missing));
        Assert.Equal(GgufError.CannotOpen, error.Error);
        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
        Assert.Equal(GgufError.CannotOpen, Assert.Throws<GgufException>(() => GgufFile.Open(folder.Path)).Error);
        Assert.Equal(GgufError.CannotOpen, Assert.Throws<GgufException>(() => GgufFile.Open("")).Error);
        Assert.Equal(GgufError.Truncated, Assert.Throws<GgufException>(() => GgufFile.Open(folder.Write("empty", []))).Error);
        Assert.Equal(GgufError.BadMagic, Assert.Throws<GgufException>(() => GgufFile.Open(folder.Write("text", "hello, world"u8.ToArray()))).Error);
    }

    [Fact]
    public void After_disposal_nothing_points_into_the_file()
    {
        using var folder = new TemporaryFolder();
        var file = GgufFile.Open(folder.Write("model.gguf", Sound().ToArray()));
        var tensor = file.GetTensor("first");
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Span(tensor).ToArray());
    }

    [Fact]
    public void An_absent_tensor_is_named()
    {
        using var file = GgufFile.FromBytes(Sound().ToArray(), "test.gguf");
        Assert.False(file.TryGetTensor("third", out _));
        var error = Assert.Throws<GgufException>(() => file.GetTensor("third"));
        Assert.Equal(GgufError.MissingTensor, error.Error);
        Assert.Equal("tensor third", error.Field);
    }
}
