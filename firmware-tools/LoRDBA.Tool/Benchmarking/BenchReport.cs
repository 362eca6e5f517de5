using System.Globalization;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>The figures for a person.</summary>
internal static class BenchReport
{
    /// <summary>Writes them to standard output.</summary>
    public static void Write(ToolContext context, BenchResult result)
    {
        context.Out.WriteLine($"{result.Model}, {result.Threads} thread{(result.Threads == 1 ? "" : "s")}: {result.PrefillTokens} tokens of prefill, {result.DecodeTokens} decoded; medians of {result.Turns} turns");
        string[] headings = ["beside the base", "#rank", "linears", "#bytes", "#prefill, tok/s", "#decode, tok/s", "#prefill", "#decode", "kernels"];
        string[][] rows =
        [
            ["base alone", "", "", "", Speed(result.Base.PrefillPerSecond), Speed(result.Base.DecodePerSecond), "", "", ""],
            .. result.Adapters.Select(adapter => new[]
            {
                adapter.Kind == "lordba" ? "LoRDBA" : "fp16 LoRA", $"{adapter.Rank}", adapter.Targets == "qv" ? "q, v" : "all seven", FactList.Number(adapter.Bytes),
                Speed(adapter.Speed.PrefillPerSecond), Speed(adapter.Speed.DecodePerSecond), Percent(adapter.PrefillOverhead), Percent(adapter.DecodeOverhead), string.Join(", ", adapter.Kernels),
            }),
        ];
        TableOutput.Write(context, headings, rows);

        var (attach, start, memory) = (result.Attaching, result.StartUp, result.Memory);
        new FactList()
            .Add("decoding together", string.Create(CultureInfo.InvariantCulture, $"{result.Together.Sequences} sequences in one step: {Speed(result.Together.TokensPerSecond)} tok/s, {result.Together.Ratio:0.00} times the {Speed(result.Together.AlonePerSecond)} of one"))
            .Add("switching adapters", $"{Milliseconds(result.Switching.Seconds)}, at most {Milliseconds(result.Switching.WorstSeconds)}; {result.Switching.AllocatedBytes} bytes allocated")
            .Add("attaching one", $"{Milliseconds(attach.Seconds)} from its file; to the first token {Milliseconds(attach.FirstTokenSeconds - attach.PromptSeconds)} beyond the prompt's own {Milliseconds(attach.PromptSeconds)}")
            .Add("start of the process", $"{Milliseconds(start.FirstTokenSeconds)} to the first token, {Milliseconds(start.FirstTokenSeconds - start.PromptSeconds)} beyond the {Milliseconds(start.PromptSeconds)} of a prompt of {start.PromptTokens}")
            .Add("memory, base alone", $"{FactList.Bytes(memory.PeakBytes)}: model {FactList.Bytes(memory.ModelBytes)}, KV cache {FactList.Bytes(memory.CacheBytes)}, other {FactList.Bytes(memory.BeyondBytes)}")
            .Add("allocated by a turn", $"{result.Adapters.Select(adapter => adapter.Speed).Append(result.Base).Max(speed => speed.AllocatedBytes)} managed bytes")
            .Write(context.Out);
    }

    private static string Speed(double tokensPerSecond) => tokensPerSecond.ToString(tokensPerSecond < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("+0.0 '%';-0.0 '%'", CultureInfo.InvariantCulture);

    private static string Milliseconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{1e3 * seconds:0.###} ms");
}
