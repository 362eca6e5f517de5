using LoRDBA.Tool.Benchmarking;

namespace LoRDBA.Tool.Boards;

/// <summary>How fast the board runs a model.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Fingerprint">Which model: the digest that adapters are bound by.</param>
/// <param name="Rank">Of the LoRDBA adapter with random content, on all linears.</param>
/// <param name="PrefillTokens">Tokens of the prompt.</param>
/// <param name="DecodeTokens">Tokens decoded after it.</param>
/// <param name="Turns">How often each was timed; the figures are medians.</param>
/// <param name="Speeds">For each number of threads.</param>
/// <param name="After">Heat, clock and power right after the last turn.</param>
internal sealed record BoardMeasurement(
    string Model, string Fingerprint, int Rank, int PrefillTokens, int DecodeTokens, int Turns, IReadOnlyList<ThreadsSpeed> Speeds, BoardState After);

/// <summary>The speed with some threads.</summary>
/// <param name="Threads">How many.</param>
/// <param name="Base">The model alone.</param>
/// <param name="Adapted">With the adapter.</param>
internal sealed record ThreadsSpeed(int Threads, SpeedFigures Base, SpeedFigures Adapted);
