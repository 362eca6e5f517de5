using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Examples.SmartHome;

/// <summary>The files inside this program.</summary>
internal static class Embedded
{
    /// <summary>
    /// A GGUF file where the loader put it: its weights are used in place, nothing is copied. Resources stay mapped as
    /// long as the program runs.
    /// </summary>
    public static unsafe GgufFile Gguf(string name)
    {
        var stream = (UnmanagedMemoryStream)Open(name);
        return GgufFile.FromMemory(stream.PositionPointer, stream.Length, name);
    }

    public static Stream Open(string name) => typeof(Embedded).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"This program was built without {name}.");
}
