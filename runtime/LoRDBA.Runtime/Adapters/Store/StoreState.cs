using System.Buffers;
using System.Globalization;
using System.Text;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Store;

/// <summary>
/// What the store knows besides the adapters themselves. It is the only commit point: an adapter is in the store, acts or is bad when a
/// state that says so lies on the storage.
/// </summary>
/// <remarks>
/// As a file, in lines that end in a line feed:
/// <code>
///   lordba-store 1
///   generation 7              rises with every state
///   active HEX                digests as 64 hexadecimal digits; - for none
///   previous HEX
///   proven 1                  whether the active adapter has ever been reported healthy
///   starts 2                  starts in a row without such a report
///   trial HEX 1               what is being tried, and how often that has begun
///   slot HEX                  an adapter of the store, in the order of adding; any number of lines
///   bad HEX                   an adapter that is refused from now on; at most 64 lines, the oldest first
///   sha256 HEX                of all lines above
/// </code>
/// </remarks>
internal sealed record StoreState
{
    /// <summary>Starts, or trials, in a row that end in a crash before an adapter is given up.</summary>
    public const int MaxCrashes = 3;

    private const string Title = "lordba-store 1";
    private const int MaxBad = 64;

    /// <summary>Which of two states is the newer one.</summary>
    public long Generation { get; init; }

    /// <summary>What acts; null: the base alone.</summary>
    public Sha256Digest? Active { get; init; }

    /// <summary>What acted before, and takes over if the active one fails.</summary>
    public Sha256Digest? Previous { get; init; }

    /// <summary>Whether the active one has been reported healthy since it became the active one.</summary>
    public bool Proven { get; init; }

    /// <summary>Starts of the active one since it was last reported healthy.</summary>
    public int Starts { get; init; }

    /// <summary>What is being tried.</summary>
    public Sha256Digest? Trial { get; init; }

    /// <summary>How often its trial has begun and not ended.</summary>
    public int Trials { get; init; }

    /// <summary>All adapters of the store, in the order of adding.</summary>
    public IReadOnlyList<Sha256Digest> Slots { get; init; } = [];

    /// <summary>What failed, and is refused from now on.</summary>
    public IReadOnlyList<Sha256Digest> Bad { get; init; } = [];

    /// <summary>With another adapter, which does not act yet.</summary>
    public StoreState WithAdded(Sha256Digest digest) => this with { Slots = [.. Slots, digest] };

    /// <summary>A trial begins.</summary>
    public StoreState WithTrial(Sha256Digest digest) => this with { Trial = digest, Trials = Trial == digest ? Trials + 1 : 1 };

    /// <summary>No trial is at hand.</summary>
    public StoreState WithoutTrial() => this with { Trial = null, Trials = 0 };

    /// <summary>An adapter acts from now on. The one before it is kept; the one before that is not.</summary>
    public StoreState WithActive(Sha256Digest digest) => digest == Active ? WithoutTrial() : WithoutTrial() with
    {
        Active = digest,
        Previous = Active ?? Previous,
        Proven = false,
        Starts = 0,
        Slots = [.. Slots.Where(slot => slot != Previous || slot == digest || Active is null)],
    };

    /// <summary>An adapter failed: it leaves the store and does not come back. If it was active, the previous one acts.</summary>
    public StoreState WithBad(Sha256Digest digest)
    {
        var state = Active == digest ? WithPrevious() : this;
        return (state.Trial == digest ? state.WithoutTrial() : state) with
        {
            Previous = state.Previous == digest ? null : state.Previous,
            Slots = [.. Slots.Where(slot => slot != digest)],
            Bad = [.. Bad.Where(bad => bad != digest).Append(digest).TakeLast(MaxBad)],
        };
    }

    /// <summary>The previous adapter acts again, or the base alone where there is none. It served before, so it counts as proven.</summary>
    public StoreState WithPrevious() => this with { Active = Previous, Previous = null, Proven = true, Starts = 0 };

    /// <summary>
    /// The active adapter starts. After too many starts in a row without a report of health, the previous one does instead, and after as
    /// many of its own the base alone. An adapter that was never reported healthy is bad from then on.
    /// </summary>
    public StoreState WithStart()
    {
        if (Active is not { } active) return this;
        if (Starts < MaxCrashes) return this with { Starts = Starts + 1 };
        return (Proven ? WithPrevious() : WithBad(active)).WithStart();
    }

    /// <summary>The active adapter does its work.</summary>
    public StoreState WithHealth() => Proven && Starts == 0 ? this : this with { Proven = true, Starts = 0 };

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        Line($"{Title}");
        Line($"generation {Generation}");
        Line($"active {Hex(Active)}");
        Line($"previous {Hex(Previous)}");
        Line($"proven {(Proven ? 1 : 0)}");
        Line($"starts {Starts}");
        Line($"trial {Hex(Trial)} {Trials}");
        foreach (var slot in Slots) Line($"slot {slot}");
        foreach (var bad in Bad) Line($"bad {bad}");
        Line($"sha256 {Sha256Digest.Of(Encoding.ASCII.GetBytes(text.ToString()))}");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Reads a file; null if it is not, bit for bit, what <see cref="ToBytes"/> writes.</summary>
    public static StoreState? Parse(ReadOnlySpan<byte> file)
    {
        var state = new StoreState();
        foreach (var line in Encoding.ASCII.GetString(file).Split('\n'))
        {
            // What no case takes is missing below, where the state is written again and compared.
            state = line.Split(' ') switch
            {
                ["generation", var number] when TryNumber(number, out long generation) => state with { Generation = generation },
                ["active", var hex] when TryDigest(hex, out var digest) => state with { Active = digest },
                ["previous", var hex] when TryDigest(hex, out var digest) => state with { Previous = digest },
                ["proven", var flag] => state with { Proven = flag == "1" },
                ["starts", var number] when TryNumber(number, out int starts) => state with { Starts = starts },
                ["trial", var hex, var number] when TryDigest(hex, out var digest) && TryNumber(number, out int trials) => state with { Trial = digest, Trials = trials },
                ["slot", var hex] when TryDigest(hex, out var digest) => state.WithAdded(digest),
                ["bad", var hex] when TryDigest(hex, out var digest) => state with { Bad = [.. state.Bad, digest] },
                _ => state,
            };
        }
        return state.ToBytes().AsSpan().SequenceEqual(file) ? state : null;
    }

    private static string Hex(Sha256Digest? digest) => digest?.ToString() ?? "-";

    private static bool TryNumber<T>(string text, out T number) where T : struct, System.Numerics.INumber<T> =>
        T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>The digest that 64 hexadecimal digits say.</summary>
    public static bool TryDigest(ReadOnlySpan<char> hex, out Sha256Digest digest)
    {
        digest = default;
        Span<byte> bytes = stackalloc byte[Sha256Digest.Length];
        if (hex.Length != 2 * Sha256Digest.Length || Convert.FromHexString(hex, bytes, out _, out _) != OperationStatus.Done) return false;
        digest = new Sha256Digest(bytes);
        return true;
    }
}
