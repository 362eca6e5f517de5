namespace LoRDBA.Training.Tests.Tuning;

/// <summary>A matrix of float64 and the gradient by it.</summary>
internal sealed class Matrix(int rows, int columns, double[] values)
{
    public int Rows => rows;
    public int Columns => columns;
    public double[] Values => values;
    public double[] Gradient { get; } = new double[values.Length];
}

/// <summary>
/// Reverse-mode differentiation of a handful of operations on matrices, as plain as it can be: what the hand-written way back is compared
/// with. It shares no code with it.
/// </summary>
internal sealed class Tape
{
    private readonly Stack<Action> steps = new();

    /// <summary>y = x wᵀ</summary>
    public Matrix Product(Matrix x, Matrix w) => Make(x.Rows, w.Rows, (t, o) => Enumerable.Range(0, x.Columns).Sum(i => At(x, t, i) * At(w, o, i)), (t, o, g) =>
    {
        for (var i = 0; i < x.Columns; i++)
        {
            x.Gradient[t * x.Columns + i] += g * At(w, o, i);
            w.Gradient[o * w.Columns + i] += g * At(x, t, i);
        }
    });

    public Matrix Transpose(Matrix x) => Make(x.Columns, x.Rows, (i, t) => At(x, t, i), (i, t, g) => x.Gradient[t * x.Columns + i] += g);

    public Matrix Add(Matrix x, Matrix y) => Make(x.Rows, x.Columns, (t, i) => At(x, t, i) + At(y, t, i), (t, i, g) =>
    {
        x.Gradient[t * x.Columns + i] += g;
        y.Gradient[t * x.Columns + i] += g;
    });

    /// <summary>Number by number; a row vector or a column vector is repeated.</summary>
    public Matrix Times(Matrix x, Matrix y) => Make(x.Rows, x.Columns, (t, i) => At(x, t, i) * y.Values[Index(y, t, i)], (t, i, g) =>
    {
        x.Gradient[t * x.Columns + i] += g * y.Values[Index(y, t, i)];
        y.Gradient[Index(y, t, i)] += g * At(x, t, i);
    });

    /// <summary>Any function of each number; the slope in terms of its argument.</summary>
    public Matrix Map(Matrix x, Func<double, double> f, Func<double, double> slope) =>
        Make(x.Rows, x.Columns, (t, i) => f(At(x, t, i)), (t, i, g) => x.Gradient[t * x.Columns + i] += g * slope(At(x, t, i)));

    /// <summary>A column: the sum of each row over its columns that are wanted.</summary>
    public Matrix RowSums(Matrix x, Func<int, int, bool> wanted) => Make(x.Rows, 1, (t, _) => Enumerable.Range(0, x.Columns).Where(i => wanted(t, i)).Sum(i => At(x, t, i)), (t, _, g) =>
    {
        for (var i = 0; i < x.Columns; i++)
            if (wanted(t, i)) x.Gradient[t * x.Columns + i] += g;
    });

    /// <summary>Rows and columns picked, or repeated, or moved; -1 for a zero.</summary>
    public Matrix Pick(Matrix x, int rows, int columns, Func<int, int, (int Row, int Column)> from) => Make(
        rows, columns,
        (t, i) => from(t, i) is var (r, c) && c >= 0 ? At(x, r, c) : 0,
        (t, i, g) =>
        {
            if (from(t, i) is var (r, c) && c >= 0) x.Gradient[r * x.Columns + c] += g;
        });

    /// <summary>Fills all gradients: that of a 1 x 1 loss is 1.</summary>
    public void Run(Matrix loss)
    {
        loss.Gradient[0] = 1;
        while (steps.TryPop(out var step)) step();
    }

    private static double At(Matrix x, int row, int column) => x.Values[row * x.Columns + column];

    private static int Index(Matrix y, int row, int column) => (y.Rows == 1 ? 0 : row) * y.Columns + (y.Columns == 1 ? 0 : column);

    private Matrix Make(int rows, int columns, Func<int, int, double> value, Action<int, int, double> back)
    {
        var y = new Matrix(rows, columns, [.. from t in Enumerable.Range(0, rows) from i in Enumerable.Range(0, columns) select value(t, i)]);
        steps.Push(() =>
        {
            for (var t = 0; t < rows; t++)
                for (var i = 0; i < columns; i++)
                    if (y.Gradient[t * columns + i] is var g && g != 0) back(t, i, g);
        });
        return y;
    }
}
