namespace LoRDBA.Runtime.Memory;

/// <summary>
/// Something that owns memory, a mapping or threads, and is used by others that live as long as they like. Its owner holds one reference
/// and gives it up with <see cref="Dispose"/>; each user holds one of its own. The last one to go frees what is owned, so nobody reads
/// freed memory, whatever the order in which things are disposed.
/// </summary>
public abstract class SharedResource : IDisposable
{
    private int references = 1;
    private bool disposed;

    private protected SharedResource() { }

    /// <summary>Whether its owner has given it up. Those who used it before go on; nobody new can.</summary>
    public bool IsDisposed => Volatile.Read(ref disposed);

    /// <summary>Gives up the owner's reference. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, true)) return;
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Begins to use it as somebody new; a call of <see cref="Release"/> belongs to each call.</summary>
    /// <exception cref="ObjectDisposedException">Its owner has given it up.</exception>
    internal void Acquire()
    {
        ThrowIfDisposed();
        AddReference();
    }

    /// <summary>Becomes its only owner, as a model does of its file: whoever owned it before has given it up from here on.</summary>
    /// <exception cref="ObjectDisposedException">Its owner has given it up, perhaps to another one.</exception>
    internal void TakeOver()
    {
        Acquire();
        Dispose();
    }

    /// <summary>Goes on using it as one who holds a reference already, or is called by one; a call of <see cref="Release"/> belongs to each
    /// call.</summary>
    /// <exception cref="ObjectDisposedException">The last reference is gone.</exception>
    internal void AddReference()
    {
        var seen = Volatile.Read(ref references);
        while (true)
        {
            ObjectDisposedException.ThrowIf(seen == 0, this);
            var current = Interlocked.CompareExchange(ref references, seen + 1, seen);
            if (current == seen) return;
            seen = current;
        }
    }

    /// <summary>Ends a use.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref references) == 0) Free();
    }

    /// <summary>Frees what is owned; nobody uses it any more.</summary>
    private protected abstract void Free();

    /// <exception cref="ObjectDisposedException">Its owner has given it up.</exception>
    private protected void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposed, this);
}
