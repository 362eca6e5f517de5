using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Kernels.Attention;

/// <summary>
/// Causal attention over the cached keys and values, block by block with a softmax that is corrected as it goes (arXiv 1706.03762,
/// equation 1; 1805.02867, algorithm 3; 2205.14135 for the blocks). Blocks begin at multiples of 64 positions and are taken in order, so
/// the
/// result of a token does not depend on which tokens, or how many, are computed with it.
/// </summary>
/// <remarks>
/// The rows of a call are its tokens' query heads that share one key/value head, token by token: row = token · group + head. So a
/// block is unpacked to float32 once for all of them. For each block, with q already multiplied by log2 e over the rule's divisor:
/// <code>
///   s = q K          m' = max(m, max s)       p = 2^(s - m')      f = 2^(m - m')
///   l ← f · l + Σ p      o ← f · o + p V      m ← m'              at the end: o / l
/// </code>
/// </remarks>
internal sealed unsafe class CausalAttention
{
    /// <summary>Tokens of a call: as many as keep rows and results in the second-level cache.</summary>
    public const int MaxTokens = 32;

    /// <summary>Columns of values come in groups of at most 32; see <see cref="IColumns{TSelf}"/>.</summary>
    private const int ColumnUnit = 32;

    private const int RowUnit = 8;

    private readonly int headDim, group, width;
    private readonly Scratch[] scratch;

    /// <summary>Reserves each worker's scratch.</summary>
    public CausalAttention(Arena arena, AttentionShape shape, int workers)
    {
        (headDim, group) = (shape.HeadDim, shape.Group);
        width = (headDim + ColumnUnit - 1) / ColumnUnit * ColumnUnit;
        var rows = (MaxTokens * group + RowUnit - 1) / RowUnit * RowUnit;
        scratch = new Scratch[workers];
        for (var i = 0; i < workers; i++) scratch[i] = new Scratch(arena, rows, headDim, width);
    }

    /// <summary>Puts the key and the value of a position into a cache, [head_dim] each.</summary>
    public static void Store(KeyValueCache cache, int layer, int head, int position, float* key, float* value)
    {
        if (InstructionSets.HasAvx512) cache.Store<Lanes512>(layer, head, position, key, value);
        else if (InstructionSets.HasAvx2) cache.Store<Lanes256>(layer, head, position, key, value);
        else cache.Store<Lanes128>(layer, head, position, key, value);
    }

    /// <summary>The attention of the query heads that share a key/value head.</summary>
    /// <param name="worker">Whose scratch to use.</param>
    /// <param name="cache">The sequence's keys and values.</param>
    /// <param name="layer">Which layer.</param>
    /// <param name="head">Which key/value head.</param>
    /// <param name="rule">The layer's scale, soft cap and window.</param>
    /// <param name="position">The first token's; each token sees the positions up to its own, as far back as the window reaches.</param>
    /// <param name="tokens">1 to <see cref="MaxTokens"/>.</param>
    /// <param name="queries">[tokens][group][head_dim], rotated, <paramref name="stride"/> from token to token.</param>
    /// <param name="outputs">[tokens][group][head_dim], <paramref name="stride"/> from token to token.</param>
    /// <param name="stride">query_dim</param>
    public void Forward(int worker, KeyValueCache cache, int layer, int head, AttentionRule rule, int position, int tokens, float* queries, float* outputs, int stride)
    {
        ref readonly var own = ref scratch[worker];
        var call = new Call(cache, layer, head, rule, position, tokens);
        Begin(own, call, queries, stride);
        if (InstructionSets.HasAvx512) Blocks<Lanes512, Columns512>(own, call);
        else if (InstructionSets.HasAvx2) Blocks<Lanes256, Columns256>(own, call);
        else Blocks<Lanes128, Columns128>(own, call);
        End(own, tokens, outputs, stride);
    }

    /// <summary>The queries, scaled and one after the other; nothing seen yet.</summary>
    private void Begin(in Scratch own, in Call call, float* queries, int stride)
    {
        var scale = Exponential.Log2E / call.Rule.Divisor;
        for (var t = 0; t < call.Tokens; t++)
            TensorPrimitives.Multiply(new ReadOnlySpan<float>(queries + (long)t * stride, group * headDim), scale, new Span<float>(own.Queries + t * group * headDim, group * headDim));

        var rows = RoundUp(call.Tokens * group, RowUnit);
        new Span<float>(own.Outputs, rows * width).Clear();
        new Span<float>(own.Sums, rows).Clear();
        new Span<float>(own.Maxima, rows).Fill(float.MinValue);
    }

    private void Blocks<TLanes, TColumns>(in Scratch own, in Call call)
        where TLanes : struct, ILanes<TLanes>
        where TColumns : struct, IColumns<TColumns>
    {
        var (cache, last) = (call.Cache, call.Position + call.Tokens - 1);
        var start = call.Rule.FirstVisible(call.Position) / KeyValueCache.BlockLength * KeyValueCache.BlockLength;
        for (var first = start; first <= last; first += KeyValueCache.BlockLength)
        {
            var index = first / KeyValueCache.BlockLength;
            var halves = call.Tokens * group <= 4 && width == cache.Width ? cache.Halves(call.Layer, call.Head, index) : null;
            if (halves is not null)
            {
                var values = halves + headDim * KeyValueCache.BlockLength;
                var visible = Visible(last, first);
                var next = (byte*)cache.Halves(call.Layer, call.Head, index + 1);
                FloatTile.Rows4<TColumns, ushort>(own.Queries, headDim, halves, KeyValueCache.BlockLength, headDim, own.Scores, KeyValueCache.BlockLength, RoundUp(visible, TColumns.Count), null, next);
                Softmax<TLanes>(own, call, row: 0, next: 4, visible, first);
                FloatTile.Rows4<TColumns, ushort>(own.Scores, KeyValueCache.BlockLength, values, width, visible, own.Outputs, width, width, own.Factors, next + headDim * KeyValueCache.BlockLength * sizeof(ushort));
            }
            else
            {
                cache.Unpack<TLanes>(call.Layer, call.Head, index, Visible(last, first), own.Keys, own.Values, width);
                Block<TLanes, TColumns>(own, call, first);
            }
        }
    }

    /// <summary>All rows with a block that was unpacked.</summary>
    private void Block<TLanes, TColumns>(in Scratch own, in Call call, int first)
        where TLanes : struct, ILanes<TLanes>
        where TColumns : struct, IColumns<TColumns>
    {
        var rows = call.Tokens * group;
        for (var row = 0; row < rows;)
        {
            var many = TColumns.Rows == 8 && rows - row > 4;
            var next = row + (many ? 8 : 4);
            var visible = Visible(call.Position + (Math.Min(next, rows) - 1) / group, first);
            if (visible > 0)
            {
                Multiply<TColumns>(many, own.Queries + row * headDim, headDim, own.Keys, KeyValueCache.BlockLength, headDim, own.Scores, KeyValueCache.BlockLength, RoundUp(visible, TColumns.Count), null);
                Softmax<TLanes>(own, call, row, next, visible, first);
                Multiply<TColumns>(many, own.Scores, KeyValueCache.BlockLength, own.Values, width, visible, own.Outputs + row * width, width, width, own.Factors);
            }
            row = next;
        }
    }

    private static void Multiply<TColumns>(bool many, float* a, int aStride, float* b, int bStride, int depth, float* c, int cStride, int columns, float* factors)
        where TColumns : struct, IColumns<TColumns>
    {
        if (many) FloatTile.Rows8<TColumns>(a, aStride, b, bStride, depth, c, cStride, columns, factors);
        else FloatTile.Rows4<TColumns, float>(a, aStride, b, bStride, depth, c, cStride, columns, factors, null);
    }

    /// <summary>The softmax of rows [<paramref name="row"/>, <paramref name="next"/>), of which the last one sees the block up to
    /// position <paramref name="visible"/>.</summary>
    private void Softmax<TLanes>(in Scratch own, in Call call, int row, int next, int visible, int first) where TLanes : struct, ILanes<TLanes>
    {
        var rows = call.Tokens * group;
        for (var r = row; r < next; r++)
        {
            var position = call.Position + r / group;
            var end = r < rows ? Visible(position, first) : 0;
            var begin = call.Rule.Window == 0 ? 0 : Math.Clamp(call.Rule.FirstVisible(position) - first, 0, end);
            var scores = own.Scores + (r - row) * KeyValueCache.BlockLength;
            if (call.Rule.SoftCap != 0) SoftCap.Forward<TLanes>(scores, Lanes.RoundUp(visible), call.Rule.SoftCap * Exponential.Log2E);
            own.Factors[r - row] = Softmax<TLanes>(scores, begin, end, Lanes.RoundUp(visible), own.Maxima + r, own.Sums + r);
        }
    }

    /// <summary>Turns a row's scores [length] into weights, 0 outside [<paramref name="begin"/>, <paramref name="end"/>), and gives the
    /// factor for what was summed before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Softmax<TLanes>(float* scores, int begin, int end, int length, float* maximum, float* sum) where TLanes : struct, ILanes<TLanes>
    {
        for (var j = 0; j < begin; j++) scores[j] = float.NegativeInfinity;
        for (var j = end; j < length; j++) scores[j] = float.NegativeInfinity;

        var largest = TLanes.Load(scores);
        for (var j = Lanes.Count; j < length; j += Lanes.Count) largest = TLanes.Max(largest, TLanes.Load(scores + j));
        var former = *maximum;
        var highest = TLanes.ReduceMax(largest);
        *maximum = highest > former ? highest : former;

        var max = TLanes.Broadcast(*maximum);
        var total = TLanes.Zero;
        for (var j = 0; j < length; j += Lanes.Count)
        {
            var weights = Exponential.PowerOfTwo(TLanes.Subtract(TLanes.Load(scores + j), max));
            TLanes.Store(weights, scores + j);
            total = TLanes.Add(total, weights);
        }

        var factor = Exponential.PowerOfTwo(former - *maximum);
        *sum = MathF.FusedMultiplyAdd(*sum, factor, TLanes.Sum(total));
        return factor;
    }

    private void End(in Scratch own, int tokens, float* outputs, int stride)
    {
        for (var row = 0; row < tokens * group; row++)
        {
            var target = outputs + (long)(row / group) * stride + row % group * headDim;
            TensorPrimitives.Multiply(new ReadOnlySpan<float>(own.Outputs + row * width, headDim), 1 / own.Sums[row], new Span<float>(target, headDim));
        }
    }

    /// <summary>Where in the block that begins at <paramref name="first"/> the token at <paramref name="position"/> ceases to
    /// see.</summary>
    private static int Visible(int position, int first) => Math.Clamp(position + 1 - first, 0, KeyValueCache.BlockLength);

    private static int RoundUp(int count, int unit) => (count + unit - 1) / unit * unit;

    /// <summary>What is asked of one worker at once.</summary>
    private readonly record struct Call(KeyValueCache Cache, int Layer, int Head, AttentionRule Rule, int Position, int Tokens);

    /// <summary>One worker's memory: a block in float32, its rows, a tile of scores.</summary>
    private readonly struct Scratch(Arena arena, int rows, int headDim, int width)
    {
        /// <summary>[head_dim][64]</summary>
        public float* Keys { get; } = arena.Reserve<float>(headDim * KeyValueCache.BlockLength);

        /// <summary>[64][width]; what lies beyond the head stays zero.</summary>
        public float* Values { get; } = arena.Reserve<float>(width * KeyValueCache.BlockLength);

        /// <summary>[rows][head_dim]</summary>
        public float* Queries { get; } = arena.Reserve<float>(rows * headDim);

        /// <summary>o, [rows][width]</summary>
        public float* Outputs { get; } = arena.Reserve<float>(rows * width);

        /// <summary>m, [rows]</summary>
        public float* Maxima { get; } = arena.Reserve<float>(rows);

        /// <summary>l, [rows]</summary>
        public float* Sums { get; } = arena.Reserve<float>(rows);

        /// <summary>s, then p, [8][64]</summary>
        public float* Scores { get; } = arena.Reserve<float>(RowUnit * KeyValueCache.BlockLength);

        /// <summary>f, [8]</summary>
        public float* Factors { get; } = arena.Reserve<float>(RowUnit);
    }
}
