using System.Runtime.InteropServices;

namespace LoRDBA.Training.Optimizers;

/// <summary>Copies the numbers of a training's state to a file or back, in one order that both ways share.</summary>
/// <param name="move">Writes the bytes that it is given, or fills them.</param>
internal sealed class StateTransfer(StateTransfer.Move move)
{
    /// <summary>Writes bytes, or fills them.</summary>
    public delegate void Move(Span<byte> bytes);

    /// <summary>An array, whole.</summary>
    public void Array<T>(T[] values) where T : unmanaged => Span<T>(values);

    /// <summary>Numbers in place.</summary>
    public void Span<T>(Span<T> values) where T : unmanaged => move(MemoryMarshal.AsBytes(values));

    /// <summary>One number: what is given is written and returned, or what is read is returned.</summary>
    public T Number<T>(T value) where T : unmanaged
    {
        Span(new Span<T>(ref value));
        return value;
    }
}
