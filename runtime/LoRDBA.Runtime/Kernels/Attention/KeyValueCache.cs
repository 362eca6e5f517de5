using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Kernels.Attention;

/// <summary>The keys and values of a context, per layer and key/value head, in blocks of 64 positions.</summary>
/// <remarks>
/// <code>
/// block of a head | keys [head_dim][64] | values [64][width] |                    width = head_dim rounded up to 16
///                 | scales of the keys [64] | scales of the values [64] |         float32, with I8 only
/// </code>
/// Keys lie across, so that a vector holds the same element of 16 keys and 16 scores come from it without a sum across lanes.
/// What was stored is always finite: memory begins as zeros, and a half does not overflow to infinity.
/// </remarks>
internal sealed unsafe class KeyValueCache
{
    /// <summary>Positions in a block.</summary>
    public const int BlockLength = 64;

    private readonly KeyValueFormat format;
    private readonly int layers, headDim, heads;
    private readonly long blocks;
    private readonly byte* memory;

    /// <summary>Reserves room for <paramref name="contextLength"/> positions.</summary>
    public KeyValueCache(Arena arena, int layers, AttentionShape shape, int contextLength, KeyValueFormat format)
    {
        (this.format, this.layers, headDim, heads) = (format, layers, shape.HeadDim, shape.NHeadKv);
        blocks = (contextLength + BlockLength - 1) / BlockLength;
        ByteLength = checked(layers * heads * blocks * BlockBytes);
        memory = arena.Reserve<byte>(ByteLength);
    }

    /// <summary>Bytes in all.</summary>
    public long ByteLength { get; }

    /// <summary>Floats from value to value within a block.</summary>
    public int Width => Lanes.RoundUp(headDim);

    private int ElementBytes => format switch { KeyValueFormat.F16 => 2, KeyValueFormat.I8 => 1, _ => 4 };

    private long KeyBytes => (long)headDim * BlockLength * ElementBytes;

    private long CodeBytes => KeyBytes + (long)Width * BlockLength * ElementBytes;

    private long BlockBytes => CodeBytes + (format == KeyValueFormat.I8 ? 2 * BlockLength * sizeof(float) : 0);

    /// <summary>Stores the key and the value of a position, [head_dim] each.</summary>
    public void Store<TLanes>(int layer, int head, int position, float* key, float* value) where TLanes : struct, ILanes<TLanes>
    {
        var block = Block(layer, head, position / BlockLength);
        var slot = position % BlockLength;
        var values = block + KeyBytes + (long)slot * Width * ElementBytes;
        var column = stackalloc ushort[Lanes.Count];
        var codes = stackalloc sbyte[4 * Lanes.Count];
        if (format == KeyValueFormat.F32)
        {
            for (var i = 0; i < headDim; i++) ((float*)block)[i * BlockLength + slot] = key[i];
            for (var i = 0; i < headDim; i++) ((float*)values)[i] = value[i];
            return;
        }

        var scales = (float*)(block + CodeBytes) + slot;
        var (keyFactor, valueFactor) = (1f, 1f);
        if (format == KeyValueFormat.I8) (keyFactor, valueFactor) = (Scale<TLanes>(key, scales), Scale<TLanes>(value, scales + BlockLength));
        for (var i = 0; i < headDim; i += Lanes.Count)
        {
            var (k, v) = (Load<TLanes>(key, i), Load<TLanes>(value, i));
            if (format == KeyValueFormat.F16)
            {
                TLanes.StoreHalf(k, column);
                TLanes.StoreHalf(v, (ushort*)values + i);
                for (var lane = 0; lane < Math.Min(Lanes.Count, headDim - i); lane++) ((ushort*)block)[(i + lane) * BlockLength + slot] = column[lane];
            }
            else
            {
                TLanes.StoreRounded(TLanes.Multiply(k, TLanes.Broadcast(keyFactor)), TLanes.Multiply(v, TLanes.Broadcast(valueFactor)), TLanes.Zero, TLanes.Zero, codes);
                new ReadOnlySpan<sbyte>(codes + Lanes.Count, Lanes.Count).CopyTo(new Span<sbyte>(values + i, Lanes.Count));
                for (var lane = 0; lane < Math.Min(Lanes.Count, headDim - i); lane++) ((sbyte*)block)[(i + lane) * BlockLength + slot] = codes[lane];
            }
        }
    }

    /// <summary>A block as it lies, if it is of halves: keys [head_dim][64], then values [64][width]; else null.</summary>
    public ushort* Halves(int layer, int head, int index) => format == KeyValueFormat.F16 ? (ushort*)Block(layer, head, index) : null;

    /// <summary>A block in float32.</summary>
    /// <param name="layer">Which layer.</param>
    /// <param name="head">Which key/value head.</param>
    /// <param name="index">Which block.</param>
    /// <param name="positions">How many positions are of interest; the keys of all come, what was never stored or is out of date among
    /// them.</param>
    /// <param name="keys">[head_dim][64]</param>
    /// <param name="values">[positions][<paramref name="valueStride"/>]</param>
    /// <param name="valueStride">Not less than the width.</param>
    public void Unpack<TLanes>(int layer, int head, int index, int positions, float* keys, float* values, int valueStride) where TLanes : struct, ILanes<TLanes>
    {
        var block = Block(layer, head, index);
        var (length, columns) = (headDim * BlockLength, Width);
        var scales = (float*)(block + CodeBytes);
        switch (format)
        {
            case KeyValueFormat.F32:
                for (var i = 0; i < length; i += Lanes.Count) TLanes.Store(TLanes.Load((float*)block + i), keys + i);
                var floats = (float*)block + length;
                for (var j = 0; j < positions; j++, values += valueStride)
                    for (var i = 0; i < columns; i += Lanes.Count, floats += Lanes.Count) TLanes.Store(TLanes.Load(floats), values + i);
                break;
            case KeyValueFormat.F16:
                for (var i = 0; i < length; i += Lanes.Count) TLanes.Store(TLanes.LoadHalf((ushort*)block + i), keys + i);
                var halves = (ushort*)block + length;
                for (var j = 0; j < positions; j++, values += valueStride)
                    for (var i = 0; i < columns; i += Lanes.Count, halves += Lanes.Count) TLanes.Store(TLanes.LoadHalf(halves), values + i);
                break;
            default:
                for (var i = 0; i < length; i += Lanes.Count)
                    TLanes.Store(TLanes.Multiply(TLanes.LoadBytes((sbyte*)block + i), TLanes.Load(scales + i % BlockLength)), keys + i);
                var codes = (sbyte*)block + length;
                for (var j = 0; j < positions; j++, values += valueStride)
                {
                    var scale = TLanes.Broadcast(scales[BlockLength + j]);
                    for (var i = 0; i < columns; i += Lanes.Count, codes += Lanes.Count) TLanes.Store(TLanes.Multiply(TLanes.LoadBytes(codes), scale), values + i);
                }
                break;
        }
    }

    /// <summary>Bytes of <paramref name="positions"/> positions, in whole blocks.</summary>
    public long LengthOf(int positions) => (long)layers * heads * BlocksOf(positions) * BlockBytes;

    /// <summary>Takes over the first positions of a cache of the same shape and format.</summary>
    public void CopyFrom(KeyValueCache other, int positions)
    {
        var length = BlocksOf(positions) * BlockBytes;
        for (var layer = 0; layer < layers; layer++)
            for (var head = 0; head < heads; head++) Buffer.MemoryCopy(other.Block(layer, head, 0), Block(layer, head, 0), length, length);
    }

    /// <summary>Writes the first positions, layer by layer and head by head. What a block still holds of forgotten positions is written
    /// as zeros.</summary>
    public void Write(Action<ReadOnlySpan<byte>> write, int positions)
    {
        var last = new byte[positions % BlockLength == 0 ? 0 : BlockBytes];
        for (var layer = 0; layer < layers; layer++)
        {
            for (var head = 0; head < heads; head++)
            {
                for (var index = 0; index < positions / BlockLength; index++) write(new ReadOnlySpan<byte>(Block(layer, head, index), (int)BlockBytes));
                if (last.Length == 0) continue;
                new ReadOnlySpan<byte>(Block(layer, head, positions / BlockLength), last.Length).CopyTo(last);
                Forget(last, positions % BlockLength);
                write(last);
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote, [<see cref="LengthOf"/>].</summary>
    public void Read(ReadOnlySpan<byte> bytes, int positions)
    {
        var length = (int)(BlocksOf(positions) * BlockBytes);
        for (var layer = 0; layer < layers; layer++)
        {
            for (var head = 0; head < heads; head++)
            {
                bytes[..length].CopyTo(new Span<byte>(Block(layer, head, 0), length));
                bytes = bytes[length..];
            }
        }
    }

    /// <summary>Zeros where a block holds positions from <paramref name="slot"/> on.</summary>
    private void Forget(Span<byte> block, int slot)
    {
        var from = slot * ElementBytes;
        for (var i = 0; i < headDim; i++) block.Slice(i * BlockLength * ElementBytes, BlockLength * ElementBytes)[from..].Clear();
        block[(int)KeyBytes..(int)CodeBytes][(slot * Width * ElementBytes)..].Clear();
        var scales = block[(int)CodeBytes..];
        for (var at = 0; at < scales.Length; at += BlockLength * sizeof(float)) scales.Slice(at, BlockLength * sizeof(float))[(slot * sizeof(float))..].Clear();
    }

    private static long BlocksOf(int positions) => (positions + BlockLength - 1) / BlockLength;

    private byte* Block(int layer, int head, int index) => memory + ((layer * heads + head) * blocks + index) * BlockBytes;

    /// <summary>Elements [i, i + 16) of a head, zeros where it has ended.</summary>
    private TLanes Load<TLanes>(float* head, int i) where TLanes : struct, ILanes<TLanes>
    {
        if (i + Lanes.Count <= headDim) return TLanes.Load(head + i);
        var rest = stackalloc float[Lanes.Count];
        new ReadOnlySpan<float>(head + i, headDim - i).CopyTo(new Span<float>(rest, Lanes.Count));
        return TLanes.Load(rest);
    }

    /// <summary>Writes max |x| / 127 and gives its inverse; 0 where that would be infinite.</summary>
    private float Scale<TLanes>(float* x, float* scale) where TLanes : struct, ILanes<TLanes>
    {
        var largest = TLanes.Zero;
        for (var i = 0; i < headDim; i += Lanes.Count) largest = TLanes.MaxMagnitude(largest, Load<TLanes>(x, i));
        var max = TLanes.ReduceMaxMagnitude(largest);
        *scale = max / 127;
        return max < 1e-30f ? 0 : 127 / max;
    }
}
