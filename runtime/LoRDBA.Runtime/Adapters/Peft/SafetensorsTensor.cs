using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">As in the file.</param>
/// <param name="Format">F32, F16 or BF16.</param>
/// <param name="Shape">Outermost dimension first.</param>
/// <param name="Offset">Where its bytes begin, counted from the start of the file.</param>
/// <param name="ByteLength">How many there are.</param>
public sealed record SafetensorsTensor(string Name, BlockFormat Format, long[] Shape, long Offset, long ByteLength);
