namespace LoRDBA.Tool.Benchmarking;

/// <summary>What <c>bench</c> prints.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Threads">Threads that computed.</param>
/// <param name="PrefillTokens">Tokens of the prompt.</param>
/// <param name="DecodeTokens">Tokens decoded after it.</param>
/// <param name="Turns">How often each was timed; the figures are medians.</param>
/// <param name="Base">The model alone.</param>
/// <param name="Adapters">The same beside each adapter.</param>
/// <param name="Together">Several sequences that decode in one step, the base alone.</param>
/// <param name="Switching">From one loaded adapter to another, between two decoded tokens.</param>
/// <param name="Attaching">An adapter from its file to the first token.</param>
/// <param name="StartUp">The process from its start to the first token.</param>
/// <param name="Memory">Of the base alone, before there was any adapter.</param>
internal sealed record BenchResult(
    string Model, int Threads, int PrefillTokens, int DecodeTokens, int Turns, SpeedFigures Base, IReadOnlyList<AdapterFigures> Adapters,
    TogetherFigures Together, SwitchFigures Switching, AttachFigures Attaching, StartUpFigures StartUp, MemoryFigures Memory);

/// <summary>How fast a configuration is.</summary>
/// <param name="PrefillPerSecond">Tokens of the prompt per second.</param>
/// <param name="DecodePerSecond">Decoded tokens per second.</param>
/// <param name="AllocatedBytes">Managed bytes that the steps of one turn allocated, at most.</param>
internal sealed record SpeedFigures(double PrefillPerSecond, double DecodePerSecond, long AllocatedBytes)
{
    /// <summary>The medians of turns of so many tokens.</summary>
    public static SpeedFigures Of(IReadOnlyCollection<Turn> turns, int prefill, int decode) => new(
        prefill / Median.Of(turns.Select(turn => turn.PrefillSeconds)), decode / Median.Of(turns.Select(turn => turn.DecodeSeconds)), turns.Max(turn => turn.AllocatedBytes));
}

/// <summary>What an adapter costs.</summary>
/// <param name="Kind"><c>lordba</c>, or <c>lora</c> for 16-bit factors of the same rank.</param>
/// <param name="Rank">Its rank.</param>
/// <param name="Targets"><c>all</c> seven linears of a layer, or <c>qv</c>.</param>
/// <param name="Bytes">Of its file.</param>
/// <param name="Kernels">The sign kernels that served it; none for a LoRA.</param>
/// <param name="Speed">With it.</param>
/// <param name="PrefillOverhead">What prefill takes more than the base's in the same turn: 0.04 is 4 %.</param>
/// <param name="DecodeOverhead">Decoding likewise.</param>
internal sealed record AdapterFigures(string Kind, int Rank, string Targets, long Bytes, string[] Kernels, SpeedFigures Speed, double PrefillOverhead, double DecodeOverhead);

/// <summary>How fast sequences decode together.</summary>
/// <param name="Sequences">How many.</param>
/// <param name="TokensPerSecond">Of all of them.</param>
/// <param name="AlonePerSecond">Of one that is alone.</param>
/// <param name="Ratio">Median of the turns' ratios of both.</param>
internal sealed record TogetherFigures(int Sequences, double TokensPerSecond, double AlonePerSecond, double Ratio);

/// <summary>What a switch takes.</summary>
/// <param name="Seconds">Median.</param>
/// <param name="WorstSeconds">The longest.</param>
/// <param name="AllocatedBytes">Managed bytes that all switches together allocated.</param>
internal sealed record SwitchFigures(double Seconds, double WorstSeconds, long AllocatedBytes);

/// <summary>What an adapter's file takes, medians.</summary>
/// <param name="Seconds">Opened, checked and chosen.</param>
/// <param name="FirstTokenSeconds">The same, and a prompt of <paramref name="PromptTokens"/> to the logits after its last.</param>
/// <param name="PromptSeconds">Such a prompt when the adapter is there already.</param>
/// <param name="PromptTokens">Its tokens.</param>
internal sealed record AttachFigures(double Seconds, double FirstTokenSeconds, double PromptSeconds, int PromptTokens);

/// <summary>What starting takes.</summary>
/// <param name="FirstTokenSeconds">From the start of the process to the logits after a prompt of <paramref name="PromptTokens"/>; the
/// operating system counts it in hundredths of a second.</param>
/// <param name="PromptSeconds">Such a prompt later, median.</param>
/// <param name="PromptTokens">Its tokens.</param>
internal sealed record StartUpFigures(double FirstTokenSeconds, double PromptSeconds, int PromptTokens);

/// <summary>Memory of the process.</summary>
/// <param name="PeakBytes">The most that was resident, the mapped model among it.</param>
/// <param name="ModelBytes">The model's file.</param>
/// <param name="CacheBytes">The KV cache of the context that was measured.</param>
/// <param name="BeyondBytes">What is neither.</param>
internal sealed record MemoryFigures(long PeakBytes, long ModelBytes, long CacheBytes, long BeyondBytes);
