using System.Runtime.InteropServices;
using System.Text.Json;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Runtime.Tests.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Peers;

/// <summary>
/// Every row of the families' table (but for phi3's windows, which llama.cpp leaves out) beside llama.cpp (npm node-llama-cpp), on random F32 models of several shapes. 100 tokens cross the
/// windows. The bound is a thousandth of the logits' spread: both compute in float32.
/// </summary>
/// <remarks>
/// llama.cpp looks gelu up in a table of 16-bit numbers, which moves a logit by up to 0.002 of the spread. There the model by its definition
/// takes the place between: with such a table it is what llama.cpp computes, without one what we compute.
/// </remarks>
public sealed class LlamaCppFamilyTests : IDisposable
{
    private const double Bound = 1e-3;

    /// <summary>What llama.cpp's table of gelu costs.</summary>
    private const double BoundOfGelu = 3e-3;

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

    private string ModelPath => Path.Combine(folder.Path, "model.gguf");

    private string LoraPath => Path.Combine(folder.Path, "lora.gguf");

    /// <summary>Each row but that of 62 layers, in which nothing else is adapted.</summary>
    public static TheoryData<string> Rows => [.. FamilyCase.RowNames.Where(name => !name.Contains("62", StringComparison.Ordinal))];

    /// <summary>Each row in each shape; llama.cpp's qwen2, olmo2 and phi3 have no heads wider than the residual stream.</summary>
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var name in FamilyCase.RowNames)
            foreach (var shape in Shapes.Keys)
                if (shape != "wide heads" || name.Split(' ')[0] is not ("qwen2" or "olmo2" or "phi3")) cases.Add(name, shape);
        return cases;
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_family_computes_what_llama_cpp_computes(string name, string shape)
    {
        var tested = FamilyCase.Row(name, Shapes[shape]);
        using var model = Load(tested);
        var (ours, theirs) = (Ours(model, tested), Theirs(tested));
        if (tested.Options.IsGelu)
        {
            using var file = GgufFile.Open(ModelPath);
            Check("the definition from ours", ours, tested.Plainly(file, IdsOf(tested), tested.Options));
            var withTable = tested.Plainly(file, IdsOf(tested), tested.Options with { RoundsGelu = true });
            Check("llama.cpp from the definition with its table", theirs, withTable, tested.Layers > 10 ? BoundOfManyLayers : Bound);
        }
        else
        {
            Check("llama.cpp from ours", ours, theirs);
        }
    }

    /// <summary>A LoRA whose tensors have the names and shapes of the base's: fused where the base's are.</summary>
    [Theory]
    [MemberData(nameof(Rows))]
    public void A_LoRA_on_every_linear_acts_as_in_llama_cpp(string name)
    {
        var tested = FamilyCase.Row(name, TinyShape.SixHeads);
        using var model = Load(tested);
        WriteRandomLora(model);
        using var adapter = Adapter.Load(LoraPath, model);
        Assert.All(model.Linears, linear => Assert.NotEqual(0, adapter.RankOf(linear)));
        CheckAdapter(tested, model, adapter);
    }

    /// <summary>llama.cpp gets it as the factors that its signs and scales stand for. Its phi3 has no tensors of the linears' own names.</summary>
    [Theory]
    [MemberData(nameof(Rows))]
    public void A_LoRDBA_adapter_on_every_linear_acts_as_its_factors_in_llama_cpp(string name)
    {
        var tested = FamilyCase.Row(name, TinyShape.SixHeads);
        if (tested.Options.FusesInputs) tested = FamilyCase.Row("qwen3", TinyShape.SixHeads);
        using var model = Load(tested);
        using var adapter = RandomAdapter.Load(AdapterKind.Lordba, model, folder);
        Assert.All(model.Linears, linear => Assert.NotEqual(0, adapter.RankOf(linear)));
        GgufLoraWriter.Save(LoraPath, adapter);
        CheckAdapter(tested, model, adapter);
    }

    private void CheckAdapter(FamilyCase tested, Model model, Adapter adapter)
    {
        var (alone, adapted) = (Ours(model, tested), Ours(model, tested, adapter));
        Assert.InRange(LogitDistance.Of(adapted, alone), 0.1, double.MaxValue);
        Check("llama.cpp from ours", adapted, Theirs(tested, LoraPath), tested.Options.IsGelu ? BoundOfGelu : Bound);
    }

    private Model Load(FamilyCase tested)
    {
        NodePeer.Require("@node-llama-cpp/linux-x64");
        File.WriteAllBytes(ModelPath, tested.Bytes(GgmlType.F32));
        return Model.Load(ModelPath);
    }

    private void WriteRandomLora(Model model)
    {
        const int Rank = 3;
        var random = new Random(5);
        byte[] Values(long count) => MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, (int)count).Select(_ => random.NextSingle() - 0.5f)]).ToArray();
        var writer = new GgufWriter()
            .Add(GgufLoraKeys.Architecture, model.Config.Architecture)
            .Add(GgufLoraKeys.Type, GgufLoraKeys.TypeValue)
            .Add(GgufLoraKeys.AdapterType, GgufLoraKeys.AdapterTypeValue)
            .Add(GgufLoraKeys.Alpha, 2f);
        foreach (var tensor in model.File.Tensors)
        {
            if (tensor.NDims != 2 || tensor.Name == "token_embd.weight") continue;
            writer.AddTensor(tensor.Name + GgufLoraKeys.SuffixA, GgmlType.F32, [tensor.Dim(0), Rank], Values(tensor.Dim(0) * Rank));
            writer.AddTensor(tensor.Name + GgufLoraKeys.SuffixB, GgmlType.F32, [Rank, tensor.Dim(1)], Values(Rank * tensor.Dim(1)));
        }
        File.WriteAllBytes(LoraPath, writer.ToArray());
    }

    private static void Check(string what, double[][] actual, double[][] expected, double bound = Bound)
    {
        var worst = LogitDistance.Of(actual, expected);
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {worst:G3} of the spread");
        Assert.InRange(worst, 0, bound);
    }

    private static int[] IdsOf(FamilyCase tested) => [.. Enumerable.Range(0, 100).Select(i => (i * 17 + i * i % 7) % tested.Shape.NVocab)];

    private static double[][] Ours(Model model, FamilyCase tested, Adapter? adapter = null)
    {
        using var sequence = model.CreateSequence(engineOptions: new() { Oracle = true });
        sequence.Use(adapter);
        var ids = IdsOf(tested);
        var logits = new double[ids.Length][];
        sequence.PrefillAll(ids, (position, row) => logits[position] = [.. row.ToArray().Select(logit => (double)logit)]);
        return logits;
    }

    private double[][] Theirs(FamilyCase tested, params string[] lora)
    {
        var path = Path.Combine(folder.Path, "ids.json");
        File.WriteAllText(path, JsonSerializer.Serialize(IdsOf(tested)));
        return [.. NodePeer.Run("logits.mjs", [ModelPath, path, .. lora]).GetProperty("logits").EnumerateArray().Select(row => row.EnumerateArray().Select(logit => logit.GetDouble()).ToArray())];
    }
}
