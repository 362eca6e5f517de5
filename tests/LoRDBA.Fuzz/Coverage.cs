using System.Numerics;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using SharpFuzz;
using SharpFuzz.Common;

namespace LoRDBA.Fuzz;

/// <summary>
/// Which branches an input takes. SharpFuzz rewrites the runtime's assembly so that every branch counts itself, with the one before it, in a map
/// of 64 KB (the scheme of AFL: map[here ^ before >> 1]++); two branches may fall on one place.
/// </summary>
internal sealed unsafe class Coverage
{
    private const int MapLength = 1 << 16;

    /// <summary>What reads files and what they are made into. Kernels are left out: they have no say in what is refused, and are slow when they count.</summary>
    private static readonly string[] Instrumented = ["Gguf", "Adapters", "Tokenization", "Chat", "Models", "MappedFile", "Sha256"];

    private readonly byte* map = (byte*)NativeMemory.AllocZeroed(MapLength);
    private readonly byte[] seen = new byte[MapLength];

    public Coverage() => Trace.SharedMem = map;

    /// <summary>Places of the map that any input has reached.</summary>
    public int Edges { get; private set; }

    /// <summary>Rewrites the assembly beside the program, unless it is rewritten already. Nothing of it may have been used before.</summary>
    /// <returns>How many branches count themselves.</returns>
    public static int Instrument()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "LoRDBA.Runtime.dll");
        if (CountBranches(path) == 0)
            Fuzzer.Instrument(path, type => Instrumented.Any(part => type.StartsWith($"LoRDBA.Runtime.{part}", StringComparison.Ordinal)), Options.Value);
        return CountBranches(path);
    }

    /// <summary>Forgets what the last input did.</summary>
    public void Begin()
    {
        new Span<byte>(map, MapLength).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Adds the input that has just run; whether it did something new. How often counts in powers of two.</summary>
    public bool AddsNew()
    {
        var isNew = false;
        for (var i = 0; i < MapLength; i += sizeof(ulong))
        {
            if (*(ulong*)(map + i) == 0) continue;
            for (var j = i; j < i + sizeof(ulong); j++)
            {
                if (map[j] == 0) continue;
                var bucket = (byte)(1 << BitOperations.Log2(map[j]));
                if ((seen[j] & bucket) != 0) continue;
                if (seen[j] == 0) Edges++;
                seen[j] |= bucket;
                isNew = true;
            }
        }
        return isNew;
    }

    /// <summary>How often the assembly's code stores to Trace.PrevLocation, which each branch does once.</summary>
    private static int CountBranches(string path)
    {
        const byte storeStatic = 0x80;
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        var fields = metadata.MemberReferences.Where(handle => metadata.GetString(metadata.GetMemberReference(handle).Name) == nameof(Trace.PrevLocation)).ToList();
        if (fields.Count == 0) return 0;

        byte[] store = [storeStatic, .. BitConverter.GetBytes(MetadataTokens(metadata, fields[0]))];
        return metadata.MethodDefinitions.Select(handle => metadata.GetMethodDefinition(handle).RelativeVirtualAddress).Where(address => address != 0)
            .Sum(address => Count(file.GetMethodBody(address).GetILBytes(), store));
    }

    private static int MetadataTokens(MetadataReader metadata, MemberReferenceHandle handle) => System.Reflection.Metadata.Ecma335.MetadataTokens.GetToken(metadata, handle);

    private static int Count(ReadOnlySpan<byte> code, ReadOnlySpan<byte> pattern)
    {
        var count = 0;
        for (var at = code.IndexOf(pattern); at >= 0; count++)
        {
            code = code[(at + pattern.Length)..];
            at = code.IndexOf(pattern);
        }
        return count;
    }
}
