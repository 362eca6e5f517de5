using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Adapters;

/// <summary>
/// An adapter's GGUF file, copied into memory of its own: it is small, its digest is verified in the copy, and a file that is overwritten or
/// shortened later changes nothing.
/// </summary>
internal static class AdapterCopy
{
    /// <summary>Copies an adapter; any other file is mapped, because it may be larger than the memory, and its reader refuses it.</summary>
    /// <exception cref="GgufException">It cannot be opened, or is no sound GGUF.</exception>
    /// <exception cref="Memory.MemoryException">The system does not have the memory for the copy.</exception>
    public static GgufFile Open(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            if (!GgufLoraFile.IsAdapter(file) || file.Length > int.MaxValue) return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
        file.Dispose();
        return GgufFile.Read(path);
    }
}
