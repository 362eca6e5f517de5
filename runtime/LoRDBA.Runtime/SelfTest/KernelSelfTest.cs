using System.IO.Hashing;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Attention;

namespace LoRDBA.Runtime.SelfTest;

/// <summary>
/// Runs every kernel of the runtime on this processor, on small made-up operands, and compares the results: to the bit with scalar twins
/// or with registers of another width, otherwise with the formula in double precision. It takes a fraction of a second and no file.
/// </summary>
/// <remarks>
/// The bits go into a digest that is the same on every machine whose multiplications and additions fuse: all of arm64, and x64 with AVX2.
/// So one line of a user's board tells whether the board computes what all others do.
/// </remarks>
public static class KernelSelfTest
{
    /// <summary>What <see cref="KernelTestReport.Digest"/> is where all is well. It changes with the arithmetic and with the operands.</summary>
    internal const string Golden = "9a1972cc6797aed8";

    /// <summary>Tests every kernel.</summary>
    public static KernelTestReport Run() => Run(Tests(), InstructionSets.Best, Golden);

    /// <summary>The same for any tests, and whatever acts here.</summary>
    /// <param name="tests">Names, and what is compared.</param>
    /// <param name="acting">The instructions that act.</param>
    /// <param name="golden">The digest that is expected unless only scalar code runs, which need not fuse.</param>
    internal static KernelTestReport Run(IEnumerable<(string Name, Action<Comparison> Compare)> tests, InstructionSet acting, string golden)
    {
        var bits = new XxHash64();
        List<KernelTest> results = [];
        foreach (var (name, compare) in tests)
        {
            var comparison = new Comparison(bits);
            compare(comparison);
            results.Add(new(name, comparison.Count, comparison.Fault));
        }
        var digest = bits.GetCurrentHashAsUInt64().ToString("x16");
        return new(acting, [.. Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported)], results, digest, acting == InstructionSet.Scalar ? null : golden);
    }

    private static IEnumerable<(string Name, Action<Comparison> Compare)> Tests() =>
    [
        .. BlockFormat.All.Select(format => ($"base product, {format.Name}", (Action<Comparison>)(comparison => ProductTests.Base(format, comparison)))),
        ("quantized activations, 8 bits", SignTests.Quantize),
        ("shrink by signs", SignTests.Shrink),
        ("expand by signs", SignTests.Expand),
        ("shrink in float32", FactorTests.Shrink),
        ("expand in float32", FactorTests.Expand),
        .. Enum.GetValues<KeyValueFormat>().Select(format => ($"attention, {format}", (Action<Comparison>)(comparison => AttentionTests.Attention(format, comparison)))),
        ("SwiGLU", RowTests.SwiGlu),
        ("GeGLU", RowTests.GeGlu),
        ("soft cap", RowTests.SoftCap),
        ("RMS norm", RowTests.RmsNorm),
        ("rotary embedding", RowTests.Rope),
        ("softmax of logits", RowTests.Softmax),
    ];
}
