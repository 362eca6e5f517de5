namespace LoRDBA.Runtime.Inference;

/// <content>Its state as bytes: prompt caches and servers are built on it.</content>
public sealed partial class Sequence
{
    /// <summary>Bytes that <see cref="Export"/> writes now.</summary>
    /// <exception cref="ObjectDisposedException">The sequence is disposed.</exception>
    public long StateLength
    {
        get
        {
            ThrowIfDisposed();
            return SequenceState.LengthOf(history, Cache);
        }
    }

    /// <summary>
    /// Writes tokens, keys and values: a sequence that imports them goes on to the same bits, in another process too.
    /// What lies behind <see cref="Position"/> in memory is not written.
    /// </summary>
    /// <exception cref="EngineException">The engine is at work.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The sequence is disposed.</exception>
    public void Export(Stream stream)
    {
        ThrowIfDisposed();
        Engine.Enter();
        AddReference();
        try
        {
            SequenceState.Write(stream, this, history);
        }
        finally
        {
            Engine.Exit();
            Release();
        }
    }

    /// <summary>Replaces the context by one that was exported with the same base file, adapter, weight and format of keys and
    /// values.</summary>
    /// <param name="state">What <see cref="Export"/> wrote, all of it.</param>
    /// <exception cref="SequenceStateException">Something does not match, or the bytes have changed; the sequence is as it was.</exception>
    /// <exception cref="EngineException">The engine is at work.</exception>
    /// <exception cref="ObjectDisposedException">The sequence is disposed.</exception>
    public void Import(ReadOnlySpan<byte> state)
    {
        ThrowIfDisposed();
        Engine.Enter();
        AddReference();
        try
        {
            SequenceState.Read(state, this, history);
        }
        finally
        {
            Engine.Exit();
            Release();
        }
    }
}
