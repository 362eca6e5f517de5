using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Models;
using LoRDBA.Training.Backward;
using Linear = LoRDBA.Runtime.Models.Linear;

namespace LoRDBA.Training.Tuning.Branches;

/// <summary>All branches of an adapter that is being tuned, one beside each linear of the model's blocks, in the order of the forward pass.</summary>
internal sealed class BranchSet
{
    private const float StartDeviation = 0.02f;

    private readonly TunedBranch?[] branches;

    private BranchSet(TuningMethod method, TunedBranch?[] branches) => (Method, this.branches) = (method, branches);

    public TuningMethod Method { get; }

    /// <summary>[<see cref="Model.Linears"/>]; null where there is none.</summary>
    public TunedBranch?[] ByLinear => branches;

    public IEnumerable<TunedBranch> All => branches.OfType<TunedBranch>();

    /// <summary>Latents of signs, or the factors of a LoRA.</summary>
    public IReadOnlyList<Parameter> Factors =>
        [.. All.SelectMany(branch => new[] { branch.A, branch.B }).Select(matrix => matrix switch
        {
            FloatMatrix values => values.Values,
            LatentMatrix latents => latents.Latents,
            _ => null,
        }).OfType<Parameter>()];

    /// <summary>m and s_out of all.</summary>
    public IReadOnlyList<Parameter> Scales => [.. All.SelectMany(branch => new[] { branch.M, branch.ScaleOut }).OfType<Parameter>()];

    /// <summary>The factors of latent-free branches.</summary>
    public IReadOnlyList<BitMatrix> Bits => [.. All.SelectMany(branch => new[] { branch.A, branch.B }).OfType<BitMatrix>()];

    /// <summary>
    /// From nothing, and adding nothing at first. Signs: random, m = 1/√n_in, s_out = 0. LoRA: A from N(0, 1/n_in), B = 0
    /// (arXiv 2106.09685, section 4.1).
    /// </summary>
    /// <param name="model">Every linear of its blocks gets a branch.</param>
    /// <param name="method">Which kind.</param>
    /// <param name="rank">Of each; at least 1.</param>
    /// <param name="seed">The same seed gives the same numbers.</param>
    public static BranchSet FromScratch(Model model, TuningMethod method, int rank, ulong seed)
    {
        var random = new Random(unchecked((int)(seed ^ seed >> 32)));
        return new BranchSet(method, [.. model.Linears.Select(linear => linear.Kind == LinearKind.Output ? null : Start(linear, method, rank, random))]);
    }

    private static TunedBranch Start(Linear linear, TuningMethod method, int rank, Random random)
    {
        if (method == TuningMethod.Lora)
        {
            var (a, b) = (new Parameter(linear.Name + ".a", rank, linear.NIn), new Parameter(linear.Name + ".b", rank, linear.NOut));
            a.FillNormal(random, 1 / MathF.Sqrt(linear.NIn));
            return new TunedBranch(linear, new FloatMatrix(a), new FloatMatrix(b), null, null);
        }
        var branch = Empty(linear, method, rank);
        foreach (var matrix in new[] { branch.A, branch.B }) Fill(matrix, (_, _) => random.Next(2) == 0, random);
        branch.M!.Value.Fill(1 / MathF.Sqrt(linear.NIn));
        return branch;
    }

    /// <summary>From an adapter: signs and scales for a method of signs, factors for a LoRA.</summary>
    /// <param name="start">A .lordba without input scales, or a LoRA.</param>
    /// <param name="method">Which kind.</param>
    /// <param name="seed">Of the latents' magnitudes: half-normal, 0.02.</param>
    /// <exception cref="TuningException">The adapter is of another kind, or has input scales.</exception>
    public static BranchSet From(Adapter start, TuningMethod method, ulong seed)
    {
        if (method == TuningMethod.Lora)
        {
            if (start.Kind != AdapterKind.Lora)
                throw new TuningException(TuningError.WrongStart, $"{start.Name} has signs, and a LoRA cannot start from them. Give a LoRA, or tune signs.");
            return new BranchSet(method, [.. start.Model.Linears.Select(linear => start.FactorsOf(linear) is { } factors ? From(linear, factors) : null)]);
        }
        if (start is not LordbaAdapter signs)
            throw new TuningException(TuningError.WrongStart, $"{start.Name} is no LoRDBA adapter: convert it first.");
        var random = new Random(unchecked((int)(seed ^ seed >> 32)));
        return new BranchSet(method, [.. start.Model.Linears.Select(linear => signs.BranchOf(linear) is { } branch ? From(branch, method, random) : null)]);
    }

    private static TunedBranch From(LordbaBranch start, TuningMethod method, Random random)
    {
        if (!start.ScaleIn.IsEmpty)
            throw new TuningException(TuningError.WrongStart, $"{start.Linear.Name} has input scales, which are not tuned. Convert the LoRA without --in-scale.");
        var branch = Empty(start.Linear, method, start.Rank);
        Fill(branch.A, start.SignsA.IsPlus, random);
        Fill(branch.B, start.SignsB.IsPlus, random);
        start.M.CopyTo(branch.M!.Value);
        start.ScaleOut.CopyTo(branch.ScaleOut!.Value);
        return branch;
    }

    private static TunedBranch From(Linear linear, LoraFactors lora)
    {
        var (a, b) = (new Parameter(linear.Name + ".a", lora.Rank, linear.NIn), new Parameter(linear.Name + ".b", lora.Rank, linear.NOut));
        lora.A.CopyTo(a.Value);
        for (var o = 0; o < linear.NOut; o++)
            for (var r = 0; r < lora.Rank; r++) b.Value[r * linear.NOut + o] = lora.Scaling * lora.B[o * lora.Rank + r];
        return new TunedBranch(linear, new FloatMatrix(a), new FloatMatrix(b), null, null);
    }

    private static TunedBranch Empty(Linear linear, TuningMethod method, int rank)
    {
        TunedMatrix Matrix(string name, int columns) =>
            method == TuningMethod.LatentFree ? new BitMatrix(rank, columns) : new LatentMatrix(new Parameter(linear.Name + name, rank, columns));
        return new TunedBranch(
            linear, Matrix(".a", linear.NIn), Matrix(".b", linear.NOut),
            new Parameter(linear.Name + ".m", 1, rank), new Parameter(linear.Name + ".s_out", 1, linear.NOut));
    }

    private static void Fill(TunedMatrix matrix, Func<int, int, bool> isPlus, Random random)
    {
        if (matrix is LatentMatrix { Latents: var latents }) latents.FillNormal(random, StartDeviation);
        for (var row = 0; row < matrix.Rows; row++)
            for (var column = 0; column < matrix.Columns; column++)
            {
                var index = row * matrix.Columns + column;
                if (matrix is BitMatrix bits)
                {
                    if (isPlus(row, column)) bits.Flip(index);
                    continue;
                }
                ref var latent = ref ((LatentMatrix)matrix).Latents.Value[index];
                latent = isPlus(row, column) ? Math.Abs(latent) : -Math.Max(Math.Abs(latent), float.Epsilon);
            }
    }
}
