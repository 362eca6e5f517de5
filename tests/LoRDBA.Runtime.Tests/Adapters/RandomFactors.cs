using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>Random branches whose scales are exactly what their codes can say.</summary>
internal static class RandomFactors
{
    public static LordbaFactors Create(string name, int nIn, int nOut, int rank, int outBits, int inBits, int seed)
    {
        var random = new Random(seed);
        var (codeOut, scaleOut) = Scales(random, outBits, nOut);
        var (codeIn, scaleIn) = inBits == 0 ? (default, []) : Scales(random, inBits, nIn);
        return new LordbaFactors
        {
            Name = name,
            NIn = nIn,
            SignsA = Signs(random, rank, nIn),
            SignsB = Signs(random, rank, nOut),
            M = Scales(random, 16, rank).Values,
            ScaleOut = scaleOut,
            CodeOut = codeOut,
            ScaleIn = scaleIn,
            CodeIn = codeIn,
        };
    }

    public static LordbaHeader Header(LordbaBase madeFor, string? license = null, LordbaTraining? training = null) =>
        new() { Name = "random", Base = madeFor, ScaleBits = 4, License = license, Training = training };

    private static (ScaleCode Code, float[] Values) Scales(Random random, int bits, int count)
    {
        var code = bits == 16 ? ScaleCode.F16 : new ScaleCode(bits, -5, 4f / (1 << bits));
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = bits == 16 ? (float)(Half)random.NextSingle() : code.ValueOf(random.Next(1 << bits));
        return (code, values);
    }

    private static byte[] Signs(Random random, int rank, int columns) => SignMatrix.Pack(rank, columns, (_, _) => random.Next(2) == 1);
}
