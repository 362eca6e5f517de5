using System.Text.Json;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Models;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Peft;

/// <summary>A real LoRA of rank 16 on SmolLM2-135M against PEFT itself, in float32, line by line.</summary>
public sealed class HomeAdapterTests
{
    private const int Lines = 8;

    /// <summary>The oracle repeats PEFT's arithmetic; the fast path adds what 8-bit activations cost the base as well.</summary>
    [Theory, InlineData(true, 0.0005), InlineData(false, 0.25)]
    public void Each_line_has_the_sum_that_PEFT_computes(bool oracle, double tolerance)
    {
        using var model = Model.Load(SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
        using var adapter = Adapter.Load(SharedFiles.Require("adapters/home-en-r16"), model);
        using var sequence = model.CreateSequence(engineOptions: new() { Oracle = oracle });
        sequence.Use(adapter);
        var tokenizer = Tokenizer.FromGguf(model.File);
        var data = File.ReadLines(SharedFiles.Require("data/home-intents/en.test.jsonl")).Take(Lines).Select(line => JsonDocument.Parse(line).RootElement);
        var reference = File.ReadLines(SharedFiles.Require("reference/home-en-r16.on.en-test.jsonl")).Take(Lines).Select(line => JsonDocument.Parse(line).RootElement);

        foreach (var (line, expected) in data.Zip(reference))
        {
            var prompt = tokenizer.Encode($"<|im_start|>user\n{line.GetProperty("prompt").GetString()}<|im_end|>\n<|im_start|>assistant\n");
            var completion = tokenizer.Encode($"{line.GetProperty("completion").GetString()}<|im_end|>");
            sequence.Reset();
            var nll = Scoring.Of(sequence, [.. prompt, .. completion]).Nll[(prompt.Length - 1)..].Sum();

            Assert.Equal(expected.GetProperty("tokens").GetInt32(), completion.Length);
            TestContext.Current.TestOutputHelper?.WriteLine($"{nll:F5}, PEFT {expected.GetProperty("nll_sum").GetDouble():F5}");
            Assert.Equal(expected.GetProperty("nll_sum").GetDouble(), nll, tolerance);
        }
    }
}
