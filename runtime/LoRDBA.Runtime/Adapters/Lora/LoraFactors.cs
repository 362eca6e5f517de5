using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lora;

/// <summary>What an adapter adds to one linear, as real factors: Scaling · B A. How any adapter becomes a LoRA file.</summary>
/// <param name="Linear">The linear.</param>
/// <param name="Scaling">What the product is multiplied with.</param>
/// <param name="A">[rank][n_in]</param>
/// <param name="B">[n_out][rank], rows in the order of the base's file.</param>
internal sealed record LoraFactors(Linear Linear, float Scaling, float[] A, float[] B)
{
    public int Rank => A.Length / Linear.NIn;

    /// <summary>The factors of every adapted linear, in the order of the forward pass.</summary>
    public static IReadOnlyList<LoraFactors> Of(Adapter adapter) =>
        [.. adapter.Model.Linears.Select(linear => (linear, branch: adapter.Branch(linear))).Where(part => part.branch is not null).Select(part => part.branch switch
        {
            LoraBranch lora => Of(part.linear, lora),
            LordbaBranch lordba => Of(part.linear, lordba),
            _ => throw new InvalidOperationException($"{part.branch} has no factors."),
        })];

    /// <summary>F16 if every value of all factors is a 16-bit number, else F32: nothing is lost either way.</summary>
    public static BlockFormat SmallestFormat(IReadOnlyList<LoraFactors> all) =>
        BlockFormat.Of(all.All(factors => AreHalves(factors.A) && AreHalves(factors.B)) ? GgmlType.F16 : GgmlType.F32);

    /// <summary>The rank that most of them have; of several, the smallest.</summary>
    public static int CommonRank(IReadOnlyList<LoraFactors> all) => all.CountBy(factors => factors.Rank).MaxBy(ranks => (ranks.Value, -ranks.Key)).Key;

    private static LoraFactors Of(Linear linear, LoraBranch branch)
    {
        var (a, b) = Empty(linear, branch.Rank);
        for (var k = 0; k < branch.Rank; k++)
        {
            branch.RowA(k).CopyTo(a.AsSpan(k * linear.NIn));
            var column = branch.ColumnB(k);
            for (var row = 0; row < linear.NOut; row++) b[row * branch.Rank + k] = column[row];
        }
        return new LoraFactors(linear, branch.Scaling, a, b);
    }

    /// <summary>A = S_A diag(s_in), B = diag(s_out) S_B diag(m).</summary>
    private static LoraFactors Of(Linear linear, LordbaBranch branch)
    {
        var (a, b) = Empty(linear, branch.Rank);
        for (var k = 0; k < branch.Rank; k++)
        {
            for (var column = 0; column < linear.NIn; column++) a[k * linear.NIn + column] = branch.SignsA[k, column] * (branch.ScaleIn.IsEmpty ? 1 : branch.ScaleIn[column]);
            for (var row = 0; row < linear.NOut; row++) b[row * branch.Rank + k] = branch.SignsB[k, row] * branch.ScaleOut[row] * branch.M[k];
        }
        return new LoraFactors(linear, 1, a, b);
    }

    private static (float[] A, float[] B) Empty(Linear linear, int rank) => (new float[rank * linear.NIn], new float[linear.NOut * rank]);

    private static bool AreHalves(float[] values) => Array.TrueForAll(values, value => (float)(Half)value == value);
}
