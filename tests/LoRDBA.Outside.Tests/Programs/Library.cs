using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;

namespace Household;

/// <summary>A library that brings generated kernels along.</summary>
public static class Answers
{
    /// <summary>The answer to a prompt, computed by generated kernels alone.</summary>
    /// <param name="modelPath">A GGUF file.</param>
    /// <param name="adapterPath">The adapter that the kernels were generated for.</param>
    /// <param name="prompt">A text.</param>
    /// <param name="answer">Takes the answer piece by piece.</param>
    public static void Write(string modelPath, string adapterPath, string prompt, Action<string> answer)
    {
        using var model = Model.Load(modelPath);
        using var adapter = Adapter.Load(adapterPath, model);
        using var engine = model.CreateEngine(new() { Threads = 1, Kernels = HomeKernels.Instance, StrictKernels = true });
        using var sequence = engine.CreateSequence(new() { ContextLength = 128 });
        sequence.Use(adapter);
        var tokenizer = Tokenizer.FromGguf(model.File);
        new TextGenerator(sequence, tokenizer, new() { MaxTokens = 12 }).Generate(tokenizer.EncodePrompt(PromptText.Trusted(prompt)), answer);
    }
}
