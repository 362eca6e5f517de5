namespace LoRDBA.Tool.Measuring;

/// <summary>What one line came to; also a line of <c>--per-line</c>.</summary>
/// <param name="Line">Its place among the lines that were measured, from 0.</param>
/// <param name="NllSum">Nats lost on the completion.</param>
/// <param name="Tokens">Tokens of the completion.</param>
/// <param name="Exact">Whether greedy decoding gives exactly this completion.</param>
internal sealed record LineResult(int Line, double NllSum, int Tokens, bool Exact);
