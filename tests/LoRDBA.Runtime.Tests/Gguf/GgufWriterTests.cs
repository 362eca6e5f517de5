using CsCheck;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Gguf;

public sealed class GgufWriterTests
{
    /// <summary>The bytes of a small file, from the specification.</summary>
    [Fact]
    public void A_file_is_written_as_the_format_says()
    {
        var written = new GgufWriter()
            .Add("general.architecture", "llama")
            .Add("llama.block_count", 2u)
            .AddArray<float>("scores", [0.5f, 1f])
            .AddArray("tokens", ["a", "bc"])
            .AddTensor("first", GgmlType.F32, [2, 5], Numbered(40))
            .AddTensor("second", GgmlType.I8, [32], Numbered(32))
            .ToArray();

        byte[] data = [.. Numbered(40), .. new byte[24], .. Numbered(32)];
        var built = new GgufBuilder()
            .Key("general.architecture", 8, GgufBuilder.Text("llama"))
            .Key("llama.block_count", 4, 2u)
            .Key("scores", 9, 6u, 2ul, 0.5f, 1f)
            .Key("tokens", 9, 8u, 2ul, GgufBuilder.Text("a"), GgufBuilder.Text("bc"))
            .Tensor("first", 0, [2, 5], 0)
            .Tensor("second", 24, [32], 64)
            .ToArray();
        Assert.Equal([.. built, .. data], written);
    }

    [Fact]
    public void The_place_of_a_value_is_known()
    {
        var writer = new GgufWriter().Add("text", "hello").Add("number", 258u).AddArray<byte>("digest", new byte[32]).AddArray("tokens", ["x"]);
        var bytes = writer.ToArray();
        bytes[writer.ValueOffset("digest") + 31] = 7;

        Assert.Equal("hello"u8, bytes.AsSpan((int)writer.ValueOffset("text"), 5));
        Assert.Equal(2, bytes[writer.ValueOffset("number")]);
        using var file = GgufFile.FromBytes(bytes, "test.gguf");
        Assert.Equal(7, file.Metadata.GetArray<byte>("digest")[31]);
        foreach (var key in file.Metadata.Keys) Assert.Equal(writer.ValueOffset(key), file.Metadata[key].Offset);
    }

    [Fact]
    public void Another_alignment_is_kept()
    {
        using var file = GgufFile.FromBytes(
            new GgufWriter { Alignment = 256 }.AddTensor("a", GgmlType.I8, [1], Numbered(1)).AddTensor("b", GgmlType.I8, [1], Numbered(1)).ToArray(), "test.gguf");
        Assert.Equal(256u, file.Alignment);
        Assert.Equal(file.DataOffset + 256, file.GetTensor("b").Offset);
        Assert.Equal(0, file.DataOffset % 256);
    }

    [Fact]
    public void What_the_reader_would_refuse_is_not_written()
    {
        Assert.Throws<ArgumentException>(() => new GgufWriter().Add("", 1));
        Assert.Throws<ArgumentException>(() => new GgufWriter().Add("a\n", 1));
        Assert.Throws<ArgumentException>(() => new GgufWriter().Add("k", 1).Add("k", 1));
        Assert.Throws<ArgumentException>(() => new GgufWriter().Add("k", 'c'));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GgufWriter { Alignment = 24 });
        Assert.Throws<ArgumentException>(() => new GgufWriter().AddTensor("t", GgmlType.I8, [], Numbered(1)));
        Assert.Throws<ArgumentException>(() => new GgufWriter().AddTensor("t", GgmlType.I8, [1, 1, 1, 1, 1], Numbered(1)));
        Assert.Throws<ArgumentException>(() => new GgufWriter().AddTensor("t", GgmlType.I8, [2], Numbered(1)));
        Assert.Throws<ArgumentException>(() => new GgufWriter().AddTensor("t", (GgmlType)4, [2], Numbered(2)));
        Assert.Throws<ArgumentException>(() => new GgufWriter().AddTensor("t", GgmlType.Q8_0, [16, 2], Numbered(34)));
        Assert.Throws<ArgumentException>(() => new GgufWriter().AddTensor(new('t', 65), GgmlType.I8, [1], Numbered(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GgufWriter().AddTensor("t", GgmlType.I8, [0], Numbered(0)));
        Assert.Throws<ArgumentException>(() =>
            new GgufWriter().AddTensor("t", GgmlType.I8, [1], Numbered(1)).AddTensor("t", GgmlType.I8, [1], Numbered(1)));
    }

    [Fact]
    public void What_is_written_is_read_back() =>
        Gen.Select(Strings, Gen.UInt.Array[0, 5], Gen.Select(Gen.Double, Gen.Long, Gen.Bool), Tensors.Array[0, 6], Gen.OneOf(1u, 32u, 64u)).Sample(
            (strings, numbers, scalars, tensors, alignment) =>
            {
                var writer = new GgufWriter { Alignment = alignment }.AddArray("strings", strings).AddArray<uint>("numbers", numbers)
                    .Add("double", scalars.Item1).Add("long", scalars.Item2).Add("bool", scalars.Item3);
                for (var i = 0; i < tensors.Length; i++) writer.AddTensor($"tensor.{i}", tensors[i].Type, tensors[i].Dims, tensors[i].Data);
                using var file = GgufFile.FromBytes(writer.ToArray(), "test.gguf");

                var read = new List<string>();
                foreach (var text in file.Metadata.GetStringArray("strings")) read.Add(System.Text.Encoding.UTF8.GetString(text));
                Assert.Equal(strings, read);
                Assert.Equal(numbers, file.Metadata.GetArray<uint>("numbers").ToArray());
                Assert.Equal(scalars.Item1, file.Metadata["double"].Read<double>());
                Assert.Equal(scalars.Item2, file.Metadata["long"].Read<long>());
                Assert.Equal(scalars.Item3, file.Metadata.GetBool("bool", !scalars.Item3));
                Assert.Equal(tensors.Length, file.Tensors.Count);
                for (var i = 0; i < tensors.Length; i++)
                {
                    var tensor = file.Tensors[i];
                    Assert.Equal($"tensor.{i}", tensor.Name);
                    Assert.Equal(tensors[i].Type, tensor.Type);
                    Assert.Equal(tensors[i].Dims, Enumerable.Range(0, tensor.NDims).Select(tensor.Dim));
                    Assert.Equal(tensors[i].Data, file.Span(tensor).ToArray());
                }
            });

    private static readonly Gen<string[]> Strings = Gen.String.Where(text => !text.Any(char.IsSurrogate)).Array[0, 5];

    private static readonly Gen<(GgmlType Type, long[] Dims, byte[] Data)> Tensors =
        from type in Gen.OneOf(Enum.GetValues<GgmlType>())
        from rows in Gen.Long[1, 3].Array[0, 3]
        from blocks in Gen.Int[1, 3]
        let size = BlockSize.TryOf(type, out var found) ? found : default
        from data in Gen.Byte.Array[(int)rows.Aggregate(1L, (product, dim) => product * dim) * blocks * size.Bytes]
        select (type, (long[])[blocks * size.Elements, .. rows], data);

    private static byte[] Numbered(int length) => [.. Enumerable.Range(1, length).Select(i => (byte)i)];
}
