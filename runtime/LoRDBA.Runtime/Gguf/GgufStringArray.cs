using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Gguf;

/// <summary>
/// An array of strings (a vocabulary has 10^5 of them) as a view of the file: nothing is copied, nothing allocated. Forward only,
/// because each string lies behind the one before: 64-bit length, bytes. Valid while its <see cref="GgufFile"/> is open.
/// </summary>
public readonly unsafe struct GgufStringArray
{
    private readonly byte* start;

    internal GgufStringArray(byte* start, int count)
    {
        this.start = start;
        Count = count;
    }

    /// <summary>Number of strings.</summary>
    public int Count { get; }

    /// <summary>Walks the strings in file order. Their bytes are meant to be UTF-8, but vocabularies hold single bytes too.</summary>
    public Enumerator GetEnumerator() => new(start, Count);

    /// <summary>The strings one after another; each was checked against the end of the file when the file was opened.</summary>
    public ref struct Enumerator
    {
        private byte* next;
        private int left;

        internal Enumerator(byte* start, int count)
        {
            next = start;
            left = count;
        }

        /// <summary>The bytes of the string.</summary>
        public ReadOnlySpan<byte> Current { get; private set; }

        /// <summary>Goes to the next string; false behind the last.</summary>
        public bool MoveNext()
        {
            if (left-- <= 0) return false;
            var length = Unsafe.ReadUnaligned<ulong>(next);
            Current = new(next + sizeof(ulong), (int)length);
            next += sizeof(ulong) + length;
            return true;
        }
    }
}
