using CsCheck;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>What is written is read again, and what may not be read is not written.</summary>
public sealed class LordbaWriterTests
{
    private static readonly LordbaBase Base = new("llama", "tiny", Sha256Digest.Of([1]), Sha256Digest.Of([2]), Sha256Digest.Of([3]));

    private static readonly Gen<int> Bits = Gen.OneOf(3, 4, 8, 16);

    [Fact]
    public void Everything_that_is_written_is_read_again() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[1, 200], Gen.Int[1, 64], Bits, Gen.OneOf(0, 3, 4, 8, 16), Gen.Int).Sample((nIn, nOut, rank, outBits, inBits, seed) =>
        {
            LordbaFactors[] written =
            [
                RandomFactors.Create("blk.0.attn_q.weight", nIn, nOut, rank, outBits, inBits, seed),
                RandomFactors.Create("output.weight", nOut, nIn, 1 + rank / 2, outBits, inBits, seed + 1),
            ];
            using var file = LordbaFile.From(GgufFile.FromBytes(LordbaWriter.ToArray(RandomFactors.Header(Base), written), "round trip"));

            Assert.Equal(written.Select(factors => factors.Name), file.Tensors.Select(tensor => tensor.Name));
            foreach (var (factors, tensor) in written.Zip(file.Tensors)) AssertSame(factors, tensor);
        }, iter: 300);

    [Fact]
    public void The_header_is_read_again()
    {
        var header = RandomFactors.Header(Base, "MIT", new LordbaTraining("ste", Sha256Digest.Of([4]), 120, 5.25f, 0.0625f));
        using var file = LordbaFile.From(GgufFile.FromBytes(LordbaWriter.ToArray(header, [Sample()]), "header"));
        Assert.Equal(header, file.Header);
        Assert.Equal(0UL, file.Counter);
    }

    [Fact]
    public void Equal_input_gives_equal_bytes() =>
        Assert.Equal(LordbaWriter.ToArray(RandomFactors.Header(Base), [Sample()]), LordbaWriter.ToArray(RandomFactors.Header(Base), [Sample()]));

    [Fact]
    public void The_rank_in_the_metadata_is_the_most_common_one()
    {
        LordbaFactors Of(string name, int rank) => RandomFactors.Create(name, 8, 8, rank, 4, 0, 1);
        var bytes = LordbaWriter.ToArray(RandomFactors.Header(Base), [Of("a.weight", 8), Of("b.weight", 4), Of("c.weight", 8), Of("d.weight", 16)]);
        using var file = GgufFile.FromBytes(bytes, "ranks");
        Assert.Equal(8u, file.Metadata.GetUInt32("lordba.rank"));
    }

    [Fact]
    public void Saving_leaves_one_whole_file()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("home.lordba", [1, 2, 3]);
        LordbaWriter.Save(path, RandomFactors.Header(Base), [Sample()]);
        LordbaFile.Open(path).Dispose();
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void What_the_reader_would_refuse_is_not_written()
    {
        var sample = Sample();
        LordbaFactors With(string? name = null, float[]? m = null, float[]? scaleOut = null, ScaleCode? code = null, byte[]? signs = null) => new()
        {
            Name = name ?? sample.Name,
            NIn = sample.NIn,
            SignsA = signs ?? sample.SignsA,
            SignsB = sample.SignsB,
            M = m ?? sample.M,
            ScaleOut = scaleOut ?? sample.ScaleOut,
            CodeOut = code ?? sample.CodeOut,
        };

        LordbaWriter.ToArray(RandomFactors.Header(Base), [With()]);
        LordbaFactors[] refused =
        [
            With(name: "blk.0.attn_q"), With(m: []), With(m: new float[65]), With(signs: new byte[7]),
            With(m: [float.NaN, 1]), With(m: [-1, 1]), With(m: [-0f, 1]), With(m: [70_000, 1]), With(scaleOut: [1, 1, 1, 1, float.PositiveInfinity]),
            With(code: new ScaleCode(5, 0, 1)), With(code: new ScaleCode(4, float.NaN, 1)),
        ];
        foreach (var factors in refused)
            Assert.Throws<ArgumentException>(() => LordbaWriter.ToArray(RandomFactors.Header(Base), [factors]));
        Assert.Throws<ArgumentException>(() => LordbaWriter.ToArray(RandomFactors.Header(Base), []));
    }

    private static LordbaFactors Sample() => RandomFactors.Create("blk.0.attn_q.weight", nIn: 8, nOut: 5, rank: 2, outBits: 4, inBits: 0, seed: 1);

    private static unsafe void AssertSame(LordbaFactors factors, LordbaTensor tensor)
    {
        Assert.Equal((factors.Rank, factors.NIn, factors.NOut, factors.CodeOut, factors.CodeIn), (tensor.Rank, tensor.NIn, tensor.NOut, tensor.CodeOut, tensor.CodeIn));
        Assert.Equal(factors.SignsA, new ReadOnlySpan<byte>(tensor.SignsA.Bits, factors.SignsA.Length).ToArray());
        Assert.Equal(factors.SignsB, new ReadOnlySpan<byte>(tensor.SignsB.Bits, factors.SignsB.Length).ToArray());
        float[] m = new float[factors.Rank], scaleOut = new float[factors.NOut], scaleIn = new float[factors.ScaleIn.Length];
        tensor.DecodeM(m);
        tensor.DecodeScaleOut(scaleOut);
        if (scaleIn.Length > 0) tensor.DecodeScaleIn(scaleIn);
        Assert.Equal(factors.M, m);
        Assert.Equal(factors.ScaleOut, scaleOut);
        Assert.Equal(factors.ScaleIn, scaleIn);
    }
}
