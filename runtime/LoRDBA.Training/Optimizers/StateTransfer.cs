using System.Runtime.InteropServices;

namespace LoRDBA.Training.Optimizers;

/// <summary>Copies the numbers of a training's state to a file or back, in one order that both ways share.</summary>
/// <param name="stream">The file.</param>
/// <param name="writes">Whether the state goes to the file; otherwise it comes from there.</param>
internal sealed class StateTransfer(Stream stream, bool writes)
{
    /// <summary>An array, whole.</summary>
    /// <exception cref="EndOfStreamException">The file is too short.</exception>
    public void Array<T>(T[] values) where T : unmanaged => Span<T>(values);

    /// <summary>Numbers in place.</summary>
    /// <exception cref="EndOfStreamException">The file is too short.</exception>
    public void Span<T>(Span<T> values) where T : unmanaged
    {
        if (writes) stream.Write(MemoryMarshal.AsBytes(values));
        else stream.ReadExactly(MemoryMarshal.AsBytes(values));
    }

    /// <summary>One number: what is given is written, or what is read is returned.</summary>
    /// <exception cref="EndOfStreamException">The file is too short.</exception>
    public T Number<T>(T value) where T : unmanaged
    {
        Span(new Span<T>(ref value));
        return value;
    }
}
