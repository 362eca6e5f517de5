using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>
/// The steps that generated kernels and the runtime's own are made of; every one is inlined where it is called. Each instruction set has a
/// file beside this one. A change of a signature or of what a step computes needs the next <see cref="SignLayout.Version"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe partial class SignOperations
{
    /// <summary>Stores four sums over both signs, 2 P - total, of P, the sums where the sign is +1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<int> plus, int total, int* sums) => (plus + plus - Vector128.Create(total)).Store(sums);
}
