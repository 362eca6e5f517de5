using LoRDBA.Examples.SmartHome.Training.Network;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Training.Backward;

namespace LoRDBA.Examples.SmartHome.Training.Files;

/// <summary>The sign branches of a network as a .lordba file.</summary>
internal static class AdapterFile
{
    private const int ScaleBits = 4;

    /// <summary>Packs every branch, and replaces its m and s_out by what the file holds of them: a measurement afterwards is one of
    /// the file.</summary>
    public static IReadOnlyList<LordbaFactors> Pack(Transformer network) => [.. network.Linears.Select(linear => Pack(linear.Weight.Name, linear.Branch!))];

    public static void Write(string path, IReadOnlyList<LordbaFactors> factors, string name, LordbaBase made, LordbaTraining training) =>
        LordbaWriter.Save(path, new LordbaHeader { Name = name, License = "mit", Base = made, ScaleBits = ScaleBits, Training = training }, factors);

    private static LordbaFactors Pack(string weight, SignBranch branch)
    {
        var (m, sOut) = (branch.M, branch.ScaleOut);
        var code = ScaleCode.Fit(ScaleBits, Magnitudes(sOut));
        foreach (ref var value in m.Value) value = (float)(Half)value;
        foreach (ref var value in sOut.Value) value = MathF.CopySign(code.ValueOf(code.NearestCode(Math.Abs(value))), value);
        return new LordbaFactors
        {
            Name = weight,
            NIn = branch.NIn,
            // The file holds magnitudes: the sign of m_k goes into row k of S_A, that of s_out into row o of S_B.
            SignsA = PackSigns(branch.LatentA, (rank, _) => m.Value[rank]),
            SignsB = PackSigns(branch.LatentB, (_, output) => sOut.Value[output]),
            M = Magnitudes(m),
            ScaleOut = Magnitudes(sOut),
            CodeOut = code,
        };
    }

    private static byte[] PackSigns(Parameter latent, Func<int, int, float> flip) => LordbaFactors.PackSigns(latent.Rows, latent.Columns, (row, column) =>
        SignBranch.IsPlus(latent.Value[row * latent.Columns + column]) == SignBranch.IsPlus(flip(row, column)));

    private static float[] Magnitudes(Parameter values) => [.. values.Value.ToArray().Select(Math.Abs)];
}
