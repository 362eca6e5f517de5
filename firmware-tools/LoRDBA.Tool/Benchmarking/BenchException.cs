using LoRDBA.Runtime;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>What was to be timed does not compute what it has to.</summary>
internal sealed class BenchException(string message) : LordbaException(message);
