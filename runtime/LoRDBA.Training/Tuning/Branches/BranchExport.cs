using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tuning.Branches;

/// <summary>Branches as files hold them.</summary>
internal static class BranchExport
{
    /// <summary>
    /// Signs packed, m as F16, s_out in its code. A file holds magnitudes: the sign of m_k goes into row k of S_A, that of s_out into
    /// column o of S_B.
    /// </summary>
    public static IReadOnlyList<LordbaFactors> ToSigns(BranchSet set, int scaleBits) => [.. set.All.Select(branch => ToSigns(branch, scaleBits))];

    /// <summary>Real factors.</summary>
    public static IReadOnlyList<LoraFactors> ToLora(BranchSet set) => [.. set.All.Select(branch =>
    {
        var (a, b, rank, nOut) = (((FloatMatrix)branch.A).Values, ((FloatMatrix)branch.B).Values, branch.Rank, branch.Linear.NOut);
        var rows = new float[nOut * rank];
        for (var o = 0; o < nOut; o++)
            for (var r = 0; r < rank; r++) rows[o * rank + r] = b.Value[r * nOut + o];
        return new LoraFactors(branch.Linear, 1, a.Value.ToArray(), rows);
    })];

    /// <summary>Rounds m and s_out to what a file will hold, so that a measurement is one of the file; returns what they were.</summary>
    public static float[][] RoundScales(BranchSet set, int scaleBits)
    {
        float[][] exact = [.. set.Scales.Select(scales => scales.Value.ToArray())];
        foreach (var branch in set.All)
        {
            if (branch.M is null) continue;
            var code = ScaleCode.Fit(scaleBits, Magnitudes(branch.ScaleOut!));
            foreach (ref var value in branch.M.Value) value = (float)(Half)value;
            foreach (ref var value in branch.ScaleOut!.Value)
                value = MathF.CopySign(scaleBits == 16 ? (float)(Half)Math.Abs(value) : code.ValueOf(code.NearestCode(Math.Abs(value))), value);
        }
        return exact;
    }

    /// <summary>Takes the rounding back.</summary>
    public static void RestoreScales(BranchSet set, float[][] exact)
    {
        foreach (var (scales, values) in set.Scales.Zip(exact)) values.CopyTo(scales.Value);
    }

    private static LordbaFactors ToSigns(TunedBranch branch, int scaleBits)
    {
        var (m, scaleOut) = (branch.M!, branch.ScaleOut!);
        var magnitudes = Magnitudes(scaleOut);
        return new LordbaFactors
        {
            Name = branch.Linear.Name,
            NIn = branch.Linear.NIn,
            SignsA = Pack(branch.A, (row, _) => m.Value[row] < 0),
            SignsB = Pack(branch.B, (_, column) => scaleOut.Value[column] < 0),
            M = Magnitudes(m),
            ScaleOut = magnitudes,
            CodeOut = ScaleCode.Fit(scaleBits, magnitudes),
        };
    }

    private static byte[] Pack(TunedMatrix matrix, Func<int, int, bool> flips) => LordbaFactors.PackSigns(matrix.Rows, matrix.Columns, (row, column) =>
    {
        var index = row * matrix.Columns + column;
        return (matrix is BitMatrix bits ? bits.IsPlus(index) : SignBranch.IsPlus(((LatentMatrix)matrix).Latents.Value[index])) != flips(row, column);
    });

    private static float[] Magnitudes(Parameter scales) => [.. scales.Value.ToArray().Select(Math.Abs)];
}
