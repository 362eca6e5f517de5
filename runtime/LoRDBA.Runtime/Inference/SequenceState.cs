using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Inference;

/// <summary>The bytes of a sequence's state: its tokens, what acted on them, their keys and values.</summary>
/// <remarks>
/// Little-endian, as the cache in memory.
/// <code>
///    0   "LORDBASQ"             8   u32 version, 1
///   12   u32 flags (1: float32 arithmetic, 2: heads turned as in a long context)
///   16   u32 format of keys and values (F16 0, I8 1, F32 2)
///   20   u32 n_layer           24   u32 n_head_kv         28   u32 head_dim
///   32   u8[32] fingerprint of the base
///   64   u8[32] digest of its weights
///   96   u32 tokens           100   u32 actors
///  104   actors                     u8[32] digest of the adapter, f32 weight: zeros for the base alone
///   ..   i32[tokens] ids            i32[tokens] which actor acted on each
///   ..   keys and values            as they lie in the cache, whole blocks of 64 positions, layer by layer and head by head
///   ..   u8[16]                     XXH128 of all bytes before
/// </code>
/// </remarks>
internal static class SequenceState
{
    private const uint Version = 1;
    private const uint FloatFlag = 1, LongFlag = 2;
    private const int HeaderLength = 104;
    private const int ActorLength = Sha256Digest.Length + sizeof(float);
    private const int ChecksumLength = 16;

    private static ReadOnlySpan<byte> Magic => "LORDBASQ"u8;

    /// <summary>What the header says.</summary>
    private readonly record struct Sizes(int Tokens, int Actors, long CacheLength)
    {
        public long Length => HeaderLength + (long)Actors * ActorLength + 2L * Tokens * sizeof(int) + CacheLength + ChecksumLength;
    }

    public static long LengthOf(History history, KeyValueCache cache) => new Sizes(history.Count, history.Actors.Count, cache.LengthOf(history.Count)).Length;

    public static void Write(Stream stream, Sequence sequence, History history)
    {
        var target = new HashingStream(stream);
        target.Write(Header(sequence, history));
        Span<byte> actor = stackalloc byte[ActorLength];
        foreach (var one in history.Actors)
        {
            one.Digest.CopyTo(actor);
            BinaryPrimitives.WriteSingleLittleEndian(actor[Sha256Digest.Length..], one.Weight);
            target.Write(actor);
        }
        target.Write(MemoryMarshal.AsBytes(history.Tokens));
        target.Write(MemoryMarshal.AsBytes(history.Acted));
        sequence.Cache.Write(target.Write, history.Count);
        stream.Write(target.Checksum());
    }

    /// <summary>Checks everything first; then nothing can fail any more.</summary>
    public static void Read(ReadOnlySpan<byte> state, Sequence sequence, History history)
    {
        Require(state.Length >= HeaderLength && state.StartsWith(Magic), SequenceStateError.NotAState, "These bytes are no state of a sequence.");
        var version = UInt32(state, 8);
        Require(version == Version, SequenceStateError.UnknownVersion, $"The state has version {version}; {Version} is known. Update this program, or compute the state anew.");
        CheckOrigin(state, sequence);

        var (tokens, count) = (UInt32(state, 96), UInt32(state, 100));
        Require(tokens <= sequence.ContextLength, SequenceStateError.ContextTooShort, $"The state has {tokens} tokens, the context holds {sequence.ContextLength}: create the sequence with a larger ContextLength.");
        Require(count <= tokens + (long)sequence.ContextLength, SequenceStateError.BadValue, $"The state names {count} adapters for {tokens} tokens.");
        var sizes = new Sizes((int)tokens, (int)count, sequence.Cache.LengthOf((int)tokens));
        Require(state.Length == sizes.Length, SequenceStateError.WrongLength, $"The state has {state.Length} bytes; its header asks for {sizes.Length}. It was cut or lengthened.");
        Require(XxHash128.Hash(state[..^ChecksumLength]).AsSpan().SequenceEqual(state[^ChecksumLength..]), SequenceStateError.ChecksumMismatch, "The state's checksum does not match: a part of it has changed.");

        var actors = ReadActors(state[HeaderLength..], sizes.Actors);
        var rest = state[(HeaderLength + sizes.Actors * ActorLength)..];
        var ids = MemoryMarshal.Cast<byte, int>(rest[..(sizes.Tokens * sizeof(int))]);
        var acted = MemoryMarshal.Cast<byte, int>(rest.Slice(sizes.Tokens * sizeof(int), sizes.Tokens * sizeof(int)));
        foreach (var id in ids) Require((uint)id < (uint)sequence.Model.Config.NVocab, SequenceStateError.BadValue, $"The token {id} is not in the vocabulary of {sequence.Model.Config.NVocab}.");
        foreach (var number in acted) Require((uint)number < (uint)actors.Length, SequenceStateError.BadValue, $"The state names adapter {number} of {actors.Length}.");
        if (sizes.Tokens > 0) CheckActor(actors[acted[^1]], Actor.Of(sequence.Active));

        history.Set(ids, acted, actors);
        sequence.Cache.Read(rest[(2 * sizes.Tokens * sizeof(int))..^ChecksumLength], sizes.Tokens);
    }

    private static byte[] Header(Sequence sequence, History history)
    {
        var header = new byte[HeaderLength];
        var config = sequence.Model.Config;
        Magic.CopyTo(header);
        uint[] numbers = [Version, (sequence.Engine.IsOracle ? FloatFlag : 0) | (IsLong(sequence) ? LongFlag : 0), (uint)sequence.KeyValueFormat, (uint)config.NLayer, (uint)config.NHeadKv, (uint)config.HeadDim];
        for (var i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8 + i * sizeof(uint)), numbers[i]);
        sequence.Model.Fingerprint.CopyTo(header.AsSpan(32));
        sequence.Model.WeightsDigest.CopyTo(header.AsSpan(64));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(96), history.Count);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(100), history.Actors.Count);
        return header;
    }

    private static void CheckOrigin(ReadOnlySpan<byte> state, Sequence sequence)
    {
        var (model, config) = (sequence.Model, sequence.Model.Config);
        Require(new Sha256Digest(state.Slice(32, Sha256Digest.Length)) == model.Fingerprint, SequenceStateError.WrongBase, $"The state was computed with another base than {config.Name} ({model.Fingerprint.Short}).");
        Require(new Sha256Digest(state.Slice(64, Sha256Digest.Length)) == model.WeightsDigest, SequenceStateError.WrongWeights, $"The state was computed with another file of {config.Name}: its weights are stored otherwise. Compute the state anew.");
        var flags = UInt32(state, 12);
        Require((flags & FloatFlag) != 0 == sequence.Engine.IsOracle, SequenceStateError.WrongArithmetic, $"The state was computed {(sequence.Engine.IsOracle ? "in whole numbers, and this engine is an oracle" : "by an oracle, and this engine is none")}.");
        Require(
            (flags & LongFlag) != 0 == IsLong(sequence), SequenceStateError.WrongContext,
            $"{config.Name} turns heads otherwise in contexts of more than {sequence.Model.RopeTables[0].ShortContext} tokens; the state's was {(IsLong(sequence) ? "shorter" : "longer")}. Create the sequence with such a ContextLength.");
        Require((flags & ~(FloatFlag | LongFlag)) == 0, SequenceStateError.BadValue, $"The state has the flags {flags}, of which some are unknown.");
        Require(UInt32(state, 16) == (uint)sequence.KeyValueFormat, SequenceStateError.WrongKeyValueFormat, $"The state keeps keys and values as {(KeyValueFormat)UInt32(state, 16)}, the sequence as {sequence.KeyValueFormat}: create the sequence with the state's KeyValueFormat.");
        Require(
            UInt32(state, 20) == config.NLayer && UInt32(state, 24) == config.NHeadKv && UInt32(state, 28) == config.HeadDim, SequenceStateError.BadValue,
            $"The state has {UInt32(state, 20)} layers, {UInt32(state, 24)} key/value heads of {UInt32(state, 28)}; the model has {config.NLayer}, {config.NHeadKv} of {config.HeadDim}.");
    }

    private static bool IsLong(Sequence sequence) => sequence.Model.RopeTables[0].IsLong(sequence.ContextLength);

    private static void CheckActor(Actor made, Actor acts)
    {
        static string NameOf(Actor actor) => actor == default ? "the base alone" : $"the adapter {actor.Digest.Short} with weight {actor.Weight}";
        Require(made == acts, SequenceStateError.WrongAdapter, $"The state was computed with {NameOf(made)}; {NameOf(acts)} acts on the sequence. Choose the state's first.");
    }

    private static Actor[] ReadActors(ReadOnlySpan<byte> bytes, int count)
    {
        var actors = new Actor[count];
        for (var i = 0; i < count; i++)
        {
            var one = bytes.Slice(i * ActorLength, ActorLength);
            actors[i] = new Actor(new Sha256Digest(one[..Sha256Digest.Length]), BinaryPrimitives.ReadSingleLittleEndian(one[Sha256Digest.Length..]));
        }
        return actors;
    }

    private static uint UInt32(ReadOnlySpan<byte> state, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(state[offset..]);

    private static void Require(bool condition, SequenceStateError error, string message)
    {
        if (!condition) throw new SequenceStateException(error, message);
    }

    /// <summary>Writes, and hashes what it wrote.</summary>
    private sealed class HashingStream(Stream stream)
    {
        private readonly XxHash128 hash = new();

        public void Write(ReadOnlySpan<byte> bytes)
        {
            hash.Append(bytes);
            stream.Write(bytes);
        }

        public byte[] Checksum() => hash.GetCurrentHash();
    }
}
