using System.Text.Json;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Generated;

/// <summary>An adapter of SmolLM2-135M, rank 16, through the generated kernels and through the generic ones: the NLL of the same completions.</summary>
internal static class NllComparison
{
    /// <summary>Prints both.</summary>
    public static int Run(string modelPath, string adapterPath, string dataPath, int lines)
    {
        using var model = Model.Load(modelPath);
        using var adapter = Adapter.Load(adapterPath, model);
        var tokenizer = Tokenizer.FromGguf(model.File);
        var chat = ChatTemplate.ForSamples(model.File, tokenizer.Vocabulary);
        var samples = File.ReadLines(dataPath).Take(lines).Select(line => Sample(line, chat, tokenizer)).ToList();

        var generated = Nll(model, adapter, samples, new() { Threads = 1, Kernels = new ForAnyBase(BoardsKernels.Instance), StrictKernels = true }, out var use);
        var generic = Nll(model, adapter, samples, new() { Threads = 1 }, out _);
        Console.WriteLine($"{samples.Count} lines, kernels of {use}: NLL {generated:0.000000} generated, {generic:0.000000} generic, difference {generated - generic:0.0e+0}");
        return 0;
    }

    private static double Nll(Model model, Adapter adapter, List<(int[] Prompt, int[] Completion)> samples, EngineOptions options, out string use)
    {
        using var sequence = model.CreateSequence(engineOptions: options);
        sequence.Use(adapter);
        use = string.Join(", ", sequence.KernelUse.SelectMany(linear => new[] { linear.Shrink, linear.Expand }).Distinct());
        var scorer = new CompletionScorer(sequence);
        return samples.Sum(sample => scorer.Score(sample.Prompt, sample.Completion).NllSum) / samples.Sum(sample => sample.Completion.Length);
    }

    private static (int[] Prompt, int[] Completion) Sample(string line, ChatTemplate chat, Tokenizer tokenizer)
    {
        using var json = JsonDocument.Parse(line);
        return chat.EncodeSample(tokenizer, json.RootElement.GetProperty("prompt").GetString()!, json.RootElement.GetProperty("completion").GetString()!);
    }

    /// <summary>The kernels of boards.shapes, which is no model's manifest, for whatever base.</summary>
    private sealed class ForAnyBase(SignKernels set) : SignKernels
    {
        public override string Name => set.Name;
        public override int LayoutVersion => set.LayoutVersion;
        public override string? CannotRunHere => set.CannotRunHere;
        public override ShrinkKernel? FindShrink(int nIn, int rank) => set.FindShrink(nIn, rank);
        public override ExpandKernel? FindExpand(int nOut, int rank) => set.FindExpand(nOut, rank);
    }
}
