using System.Diagnostics;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Generated;

/// <summary>A sequence of 500 tokens that one process saves and another one continues: the hash of what it goes on to.</summary>
internal static class StateCheck
{
    private const int Prompt = 500, Continued = 20;

    /// <summary>Prefills and saves.</summary>
    public static int Save(string modelPath, string statePath)
    {
        using var model = Model.Load(modelPath);
        using var sequence = Create(model);
        var start = Stopwatch.GetTimestamp();
        sequence.Prefill([.. Enumerable.Range(0, Prompt).Select(i => TokenAt(model, i))]);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using (var file = File.Create(statePath)) sequence.Export(file);
        Console.WriteLine($"saved {Prompt} tokens, goes on to {Continue(model, sequence):x16}");
        Console.Error.WriteLine($"prefill {seconds:0.000000} s, state {new FileInfo(statePath).Length} bytes");
        return 0;
    }

    /// <summary>Loads and goes on.</summary>
    public static int Load(string modelPath, string statePath)
    {
        using var model = Model.Load(modelPath);
        using var sequence = Create(model);
        var start = Stopwatch.GetTimestamp();
        sequence.Import(File.ReadAllBytes(statePath));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"loaded {sequence.Position} tokens, goes on to {Continue(model, sequence):x16}");
        Console.Error.WriteLine($"load {seconds:0.000000} s");
        return 0;
    }

    private static Sequence Create(Model model) => model.CreateSequence(new() { ContextLength = Prompt + Continued }, new() { Threads = 1 });

    private static int TokenAt(Model model, int position) => (position * 37 + 11) % model.Config.NVocab;

    private static ulong Continue(Model model, Sequence sequence)
    {
        var hash = new XxHash64();
        for (var i = 0; i < Continued; i++) hash.Append(MemoryMarshal.AsBytes(sequence.Decode(TokenAt(model, sequence.Position))));
        return hash.GetCurrentHashAsUInt64();
    }
}
