using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tuning.Branches;

/// <summary>A factor of a branch, rank-major: A as [rank][n_in], B transposed as [rank][n_out]. How it is kept decides the kind of adapter.</summary>
internal abstract unsafe class TunedMatrix(int rows, int columns)
{
    /// <summary>The rank.</summary>
    public int Rows => rows;

    /// <summary>n_in or n_out.</summary>
    public int Columns => columns;

    /// <summary>[rows][columns]: what the way back adds to.</summary>
    public abstract float* Gradients { get; }

    /// <summary>Bytes that training keeps for it, its optimizer's state apart.</summary>
    public abstract long ByteLength { get; }

    /// <summary>Whether the way forward takes its numbers as they are; otherwise their signs, times scales.</summary>
    public abstract bool IsFloat { get; }

    /// <summary>Number (row, column), a sign as ±1, times a scale of its row and one of its column; null for none.</summary>
    /// <param name="start">First column.</param>
    /// <param name="end">Column after the last.</param>
    /// <param name="rowScales">[rows], or null.</param>
    /// <param name="columnScales">[columns], or null.</param>
    /// <param name="scratch">[rows][end - start], where the result may lie.</param>
    public abstract Strided Scaled(int start, int end, float* rowScales, float* columnScales, float* scratch);
}
