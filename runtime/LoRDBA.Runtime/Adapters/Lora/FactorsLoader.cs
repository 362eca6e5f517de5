using System.Runtime.InteropServices;
using System.Text;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lora;

/// <summary>Makes a LoRA of factors in managed memory.</summary>
internal static class FactorsLoader
{
    /// <inheritdoc cref="Adapter.FromFactors"/>
    public static LoraAdapter Load(string name, Model model, IReadOnlyList<LoraFactors> factors, long? byteLength)
    {
        if (factors.Count == 0) throw new ArgumentException("An adapter adapts at least one linear.", nameof(factors));
        var seen = new HashSet<Linear>();
        foreach (var one in factors)
        {
            Check(one, model);
            if (!seen.Add(one.Linear)) throw new ArgumentException($"{one.Linear.Name} has factors twice.", nameof(factors));
        }

        var length = byteLength ?? factors.Sum(one => sizeof(float) * ((long)one.A.Length + one.B.Length));
        return LoraAdapter.Create(model, new AdapterOrigin(name, DigestOf(factors), length), [.. factors.Select(one => (one.Linear, one.Rank, one.Scaling))], (i, branch) =>
        {
            int[] order = [.. Enumerable.Range(0, branch.NOut)]; // Rows of B lie in the base's order already.
            branch.Fill(factors[i].A, factors[i].B, order);
        });
    }

    private static void Check(LoraFactors factors, Model model)
    {
        var (linear, rank) = (factors.Linear, factors.Rank);
        void Require(bool condition, string what)
        {
            if (!condition) throw new ArgumentException($"{linear.Name}: {what}.", nameof(factors));
        }

        Require(model.Linears.Contains(linear), $"it is no linear of {model.Config.Name} that can be adapted");
        Require(rank > 0 && factors.A.Length == rank * linear.NIn, $"A has {factors.A.Length} values, not rank times {linear.NIn}");
        Require(factors.B.Length == rank * linear.NOut, $"B has {factors.B.Length} values, not {linear.NOut} times {rank}");
        Require(float.IsFinite(factors.Scaling), $"the scaling is {factors.Scaling}");
        Require(Array.TrueForAll(factors.A, float.IsFinite) && Array.TrueForAll(factors.B, float.IsFinite), "a value is not finite");
    }

    /// <summary>SHA-256 over name, scaling, A and B of one linear after the other.</summary>
    private static Sha256Digest DigestOf(IReadOnlyList<LoraFactors> factors)
    {
        var digest = new Sha256Builder();
        foreach (var one in factors)
        {
            // Names have no zero byte, and the linear gives both lengths but the rank: no two lists give the same bytes.
            digest.Append(Encoding.UTF8.GetBytes($"{one.Linear.Name}\0{one.Rank}\0"));
            digest.Append(MemoryMarshal.AsBytes((ReadOnlySpan<float>)[one.Scaling]));
            digest.Append(MemoryMarshal.AsBytes<float>(one.A));
            digest.Append(MemoryMarshal.AsBytes<float>(one.B));
        }
        return digest.Finish();
    }
}
