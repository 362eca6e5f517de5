using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;
using LoRDBA.Tool.Measuring;

namespace LoRDBA.Tool.Tests;

/// <summary>llama.cpp, through npm node-llama-cpp, loads what we write and computes what we compute, from the same token ids. Its activations have 8 bits, as ours.</summary>
public sealed class LlamaCppTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static string Model => SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf");

    private static string Lora => SharedFiles.Require("adapters/home-en-r16");

    private static string Data => SharedFiles.Require("data/home-intents/en.test.jsonl");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_applies_the_GGUF_LoRA_as_we_apply_the_PEFT_one()
    {
        NodePeer.Require("@node-llama-cpp/linux-x64");
        var lora = Path.Combine(folder.Path, "home.gguf");
        Assert.Equal(ExitCodes.Done, ToolRun.Of("convert", Lora, "--base", Model, "-o", lora).ExitCode);

        var peft = Ours(Model, Lora, 20);
        Assert.Equal(peft, Ours(Model, lora, 20));
        Assert.Equal(peft, Theirs(Model, lora, 20), 0.01);
    }

    [Fact]
    public void It_runs_a_requantized_model_as_we_run_it()
    {
        NodePeer.Require("@node-llama-cpp/linux-x64");
        var (model, lora) = (Path.Combine(folder.Path, "q4_0.gguf"), Path.Combine(folder.Path, "home.gguf"));
        Assert.Equal(ExitCodes.Done, ToolRun.Of("quantize", Model, "-o", model, "--format", "q4_0").ExitCode);
        Assert.Equal(ExitCodes.Done, ToolRun.Of("convert", Lora, "--base", model, "-o", lora).ExitCode);

        Assert.Equal(Ours(model, lora, 5), Theirs(model, lora, 5), 0.02);
    }

    [Fact]
    public void It_runs_a_random_model_as_we_run_it()
    {
        NodePeer.Require("@node-llama-cpp/linux-x64");
        var model = Path.Combine(folder.Path, "random.gguf");
        Assert.Equal(ExitCodes.Done, ToolRun.Of("make-model", "-o", model, "--n-embd", "128", "--n-ff", "256", "--n-head", "4", "--n-head-kv", "2", "--head-dim", "32", "--n-layer", "2", "--n-vocab", "600").ExitCode);
        int[] tokens = [7, 300, 12, 450, 99, 599, 42, 201];
        File.WriteAllText(Path.Combine(folder.Path, "ids.jsonl"), $$"""{"prompt":[{{tokens[0]}}],"completion":[{{string.Join(',', tokens.Skip(1))}}]}""");

        var ours = ToolRun.Of("trace", model, "--ids", string.Join(',', tokens)).Json().GetProperty("nll").EnumerateArray().Select(value => value.GetDouble());
        var theirs = NodePeer.Run("score-tokens.mjs", model, Path.Combine(folder.Path, "ids.jsonl")).GetProperty("nll")[0].EnumerateArray().Select(value => value.GetDouble());
        Assert.All(ours.Zip(theirs), pair => Assert.Equal(pair.First, pair.Second, 0.05));
    }

    private double Ours(string model, string lora, int count)
    {
        var data = Path.Combine(folder.Path, "lines.jsonl");
        File.WriteAllLines(data, File.ReadLines(Data).Take(count));
        var run = ToolRun.Of("eval", model, "--adapter", lora, "--data", data, "--json");
        Assert.True(run.ExitCode == ExitCodes.Done, run.Error);
        return run.Json().GetProperty("nll").GetDouble();
    }

    private double Theirs(string model, string lora, int count)
    {
        using var file = GgufFile.Open(model);
        var tokenizer = Tokenizer.FromGguf(file);
        var samples = new EvalData(Data, tokenizer, ChatTemplate.ForSamples(file, tokenizer.Vocabulary), count, int.MaxValue).Read();
        var lines = samples.Select(sample => $$"""{"prompt":[{{string.Join(',', sample.Prompt)}}],"completion":[{{string.Join(',', sample.Completion)}}]}""");
        var ids = Path.Combine(folder.Path, "ids.jsonl");
        File.WriteAllLines(ids, lines);

        var nll = NodePeer.Run("score-tokens.mjs", model, ids, lora).GetProperty("nll").EnumerateArray().SelectMany(line => line.EnumerateArray()).Select(value => value.GetDouble()).ToArray();
        Assert.Equal(samples.Sum(sample => sample.Completion.Length), nll.Length);
        return nll.Average();
    }
}
