using System.Text.Json;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Peers;

/// <summary>
/// Every row of the families' table beside llama.cpp (npm node-llama-cpp), on random F32 models of several shapes. 100 tokens cross the
/// windows. The bound is a thousandth of the logits' spread: both compute in float32.
/// </summary>
/// <remarks>
/// llama.cpp looks gelu up in a table of 16-bit numbers, which moves a logit by up to 0.002 of the spread. There the model by its definition
/// takes the place between: with such a table it is what llama.cpp computes, without one what we compute.
/// </remarks>
public sealed class LlamaCppFamilyTests : IDisposable
{
    private const double Bound = 1e-3;

    // A rounding that falls the other way adds up over so many layers; without the table both still agree within 1e-5.
    private const double BoundOfManyLayers = 3e-3;

    private static readonly Dictionary<string, TinyShape> Shapes = new()
    {
        ["usual"] = TinyShape.Usual,
        ["six heads"] = TinyShape.SixHeads,
        ["one key"] = TinyShape.OneKey,
        ["wide heads"] = TinyShape.WideHeads,
    };

    private readonly TemporaryFolder folder = new();

    /// <summary>Each row in each shape; llama.cpp's qwen2 and olmo2 have no heads wider than the residual stream.</summary>
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var name in FamilyCase.RowNames)
            foreach (var shape in Shapes.Keys)
                if (shape != "wide heads" || name.Split(' ')[0] is not ("qwen2" or "olmo2")) cases.Add(name, shape);
        return cases;
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_family_computes_what_llama_cpp_computes(string name, string shape)
    {
        NodePeer.Require("@node-llama-cpp/linux-x64");
        var tested = FamilyCase.Row(name, Shapes[shape]);
        var path = Path.Combine(folder.Path, "model.gguf");
        File.WriteAllBytes(path, tested.Bytes(GgmlType.F32));
        int[] ids = [.. Enumerable.Range(0, 100).Select(i => (i * 17 + i * i % 7) % tested.Shape.NVocab)];

        using var model = Model.Load(path);
        var (ours, theirs) = (Ours(model, ids), Theirs(path, ids));
        if (tested.Options.IsGelu)
        {
            using var file = GgufFile.Open(path);
            Check("the definition from ours", ours, tested.Plainly(file, ids, tested.Options));
            var withTable = tested.Plainly(file, ids, tested.Options with { RoundsGelu = true });
            Check("llama.cpp from the definition with its table", theirs, withTable, tested.Layers > 10 ? BoundOfManyLayers : Bound);
        }
        else
        {
            Check("llama.cpp from ours", ours, theirs);
        }
    }

    private static void Check(string what, double[][] actual, double[][] expected, double bound = Bound)
    {
        var worst = LogitDistance.Of(actual, expected);
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {worst:G3} of the spread");
        Assert.InRange(worst, 0, bound);
    }

    private static double[][] Ours(Model model, int[] ids)
    {
        using var sequence = model.CreateSequence(engineOptions: new() { Oracle = true });
        var logits = new double[ids.Length][];
        sequence.PrefillAll(ids, (position, row) => logits[position] = [.. row.ToArray().Select(logit => (double)logit)]);
        return logits;
    }

    private double[][] Theirs(string model, int[] ids)
    {
        var path = Path.Combine(folder.Path, "ids.json");
        File.WriteAllText(path, JsonSerializer.Serialize(ids));
        return [.. NodePeer.Run("logits.mjs", model, path).GetProperty("logits").EnumerateArray().Select(row => row.EnumerateArray().Select(logit => logit.GetDouble()).ToArray())];
    }
}
