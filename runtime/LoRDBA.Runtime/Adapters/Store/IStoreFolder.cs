namespace LoRDBA.Runtime.Adapters.Store;

/// <summary>
/// All that the store does to a storage, one call a step: a folder of the disk (<see cref="DiskFolder"/>), or in tests a simulated one that
/// loses its power, or fails, at any of these steps. Names are those of files inside the folder.
/// </summary>
/// <remarks>What fails is thrown as <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</remarks>
internal interface IStoreFolder
{
    /// <summary>Where it is; for messages.</summary>
    string Path { get; }

    /// <summary>Bytes that can still be written.</summary>
    long FreeBytes { get; }

    /// <summary>Waits until nobody else changes the folder, and keeps others out until it is disposed.</summary>
    /// <exception cref="StoreException">Another process kept the folder for too long.</exception>
    IDisposable Lock();

    /// <summary>The names of all files.</summary>
    IReadOnlyList<string> List();

    /// <summary>The whole content, read through one descriptor; null where there is no such file.</summary>
    byte[]? Read(string name);

    /// <summary>Makes an empty file, also in place of another.</summary>
    IStoreFile Create(string name);

    /// <summary>Gives a file another name, in one step. A file that had this name is gone.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file, if there is one.</summary>
    void Delete(string name);

    /// <summary>Returns when all names, new, changed and removed, lie on the storage.</summary>
    void Sync();
}

/// <summary>A file that is written.</summary>
internal interface IStoreFile : IDisposable
{
    /// <summary>Appends bytes.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Returns when the content lies on the storage. After a failure nothing is known of the content, and another call would prove
    /// nothing: the file has to be written anew.
    /// </summary>
    void Sync();

    /// <summary>The content, read through the descriptor that wrote it.</summary>
    byte[] ReadBack();
}
