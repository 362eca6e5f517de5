using BenchmarkDotNet.Attributes;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Tests;

namespace LoRDBA.Benchmarks;

/// <summary>
/// Opening a file: what is walked over once before a model can be used. Ten times as many tokens or names must take about ten
/// times as long.
/// </summary>
[MemoryDiagnoser]
public class GgufBenchmarks
{
    private const uint UInt32 = 4, String = 8, Array = 9;

    private byte[] vocabulary = [], names = [];

    /// <summary>Tokens of the one file; keys, and tensors, of the other.</summary>
    [Params(16_000, 160_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var tokens = GgufBuilder.Bytes([.. Enumerable.Range(0, Count).Select(i => GgufBuilder.Text($"token {i}"))]);
        vocabulary = new GgufBuilder().Key("tokens", Array, String, (ulong)Count, tokens).ToArray();

        var builder = new GgufBuilder();
        for (var i = 0; i < Count; i++) builder.Key($"key.{i}", UInt32, (uint)i).Tensor($"blk.{i}", 0, [8], 32ul * (ulong)i);
        names = builder.Data(new byte[32 * Count]).ToArray();
    }

    [Benchmark]
    public int Vocabulary() => Open(vocabulary);

    [Benchmark]
    public int Names() => Open(names);

    private static unsafe int Open(byte[] bytes)
    {
        fixed (byte* start = bytes)
        {
            using var file = GgufFile.FromMemory(start, bytes.Length, "benchmark");
            return file.Metadata.Keys.Count + file.Tensors.Count;
        }
    }
}
