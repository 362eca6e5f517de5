namespace LoRDBA.Runtime.Adapters.Store;

/// <summary>Why a store refused to do something: one code per cause, stable across versions.</summary>
public enum StoreError
{
    /// <summary>There is no folder, or no store in it.</summary>
    NoStore,
    /// <summary>The operating system did not let it be read or written. What acts is what acted before.</summary>
    Failed,
    /// <summary>There is too little space for the adapter; nothing was written.</summary>
    NoSpace,
    /// <summary>Another process is changing the store.</summary>
    Busy,
    /// <summary>The adapter is not in the store.</summary>
    UnknownAdapter,
    /// <summary>The file of an adapter is missing or is another adapter, or a copy of the state is damaged.</summary>
    DamagedSlot,
    /// <summary>The adapter failed before, and is refused since.</summary>
    KnownBad,
    /// <summary>The adapter failed its health check; it is refused from now on.</summary>
    Unhealthy,
    /// <summary>No adapter acted before the active one.</summary>
    NoPrevious,
}

/// <summary>An adapter store refused to do something, wholly: the adapter that acted still acts. The message says what to do.</summary>
public sealed class StoreException : LordbaException
{
    internal StoreException(StoreError error, string message, Exception? inner = null) : base(message, inner) => Error = error;

    /// <summary>The cause.</summary>
    public StoreError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("store", Error);
}
