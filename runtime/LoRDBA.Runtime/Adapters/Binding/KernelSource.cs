using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Adapters.Binding;

/// <summary>Where the kernels of an adapter come from: what an adapter is bound to, once for each.</summary>
/// <param name="Set">The generated ones; null for the generic ones alone.</param>
/// <param name="IsOracle">Whether everything is float32 instead.</param>
internal readonly record struct KernelSource(SignKernels? Set, bool IsOracle);
